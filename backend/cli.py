"""The command line `duka`: each command's body stands with the domain whose work it does."""

import typer

from backend.conversations.reading import commands_cli as reading
from backend.platform import commands_cli as platform
from backend.runtime import commands_cli as runtime
from backend.runtime import money_cli as money
from backend.runtime import reports_cli as reports

app = typer.Typer(
    name="duka",
    help="Turns a direct message into a delivered order.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("up")(runtime.up)
app.command("demo")(runtime.demo)
app.command("torture")(runtime.torture)
app.command("check-invariants")(runtime.check_invariants)
app.command("replay")(runtime.replay)
app.command("parse")(reading.parse)
app.command("explain")(reading.explain)
app.command("eval")(reading.evaluation)
app.command("report")(reports.report)
app.command("import-statement")(money.import_statement)
app.command("register-paybill")(money.register_paybill)
app.command("migrate")(runtime.migrate)
app.command("rotate-keys")(platform.rotate_keys)
app.add_typer(platform.dead_letters, name="dead-letters")
app.add_typer(platform.flags, name="flags")
app.command("seed")(runtime.seed)
app.command("train")(runtime.train)
app.command("test-conversations")(runtime.test_conversations)
app.command("openapi")(runtime.openapi)
app.command("asyncapi")(runtime.asyncapi)
app.command("docs")(runtime.docs)

if __name__ == "__main__":
    app()
