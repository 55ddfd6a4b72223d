"""x."""


async def run(console, *, kills=0, seed=1):
    return 0
