"""What the demo reads in a message on somebody's phone."""

import pytest

from backend.runtime.demo.hands import Bubble, DemoError
from backend.runtime.demo.talk import code_in


def _message(text: str) -> Bubble:
    return Bubble(id="1", text=text, buttons=(), from_person=False)


def test_an_order_that_has_four_digits_in_its_id_is_not_taken_for_the_code() -> None:
    assert code_in(_message("Oda ORDVB6648K iko njiani. Mpe rider nambari hii: 9021")) == "9021"


def test_a_message_without_a_code_is_an_error() -> None:
    with pytest.raises(DemoError):
        code_in(_message("Oda ORDVB6648K iko njiani."))
