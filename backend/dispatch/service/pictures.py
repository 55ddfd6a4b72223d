"""Pictures that come from outside: read whole, made small, and written anew without what the phone put beside them."""

import io
import warnings
from typing import Final

from PIL import Image, ImageOps

from backend.dispatch.errors import NotAPictureError
from backend.dispatch.policies import PictureForm

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS: Final = 50_000_000  # More than any phone's camera takes, and little enough to unpack.
_WHITE: Final = (255, 255, 255, 255)


def redrawn(content: bytes, form: PictureForm) -> bytes:
    """Decode a JPEG, PNG or WebP and encode it anew: upright, at most `form.most_px` wide and high, only its pixels.

    Place, time, device and whatever else stood in the file (EXIF, XMP, comments, a second image) are gone.

    Raises:
        NotAPictureError: It is none, only part of one, too small to show anything, or all of one colour.
    """
    try:
        picture = _decoded(content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise NotAPictureError from error
    small, dark = min(picture.size), picture.convert("L").getextrema()
    if small < form.least_px or dark[0] == dark[1]:
        raise NotAPictureError("The picture shows nothing; take it again.")
    picture.thumbnail((form.most_px, form.most_px))
    written = io.BytesIO()
    picture.save(written, form.format, quality=85, optimize=True)
    return written.getvalue()


def _decoded(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened = Image.open(io.BytesIO(content), formats=_FORMATS)
        if opened.width * opened.height > _MOST_PIXELS:
            raise NotAPictureError("The picture is too large; take it smaller.")
        picture = ImageOps.exif_transpose(opened).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, _WHITE), picture).convert("RGB")
