"""Messages from the account to a person, with the windows that allow them and the echo that follows."""

from backend.sandbox.base import Json
from backend.sandbox.instagram import rules
from backend.sandbox.instagram.state import HUMAN_WINDOW_S, WINDOW_S, InstagramState, Message
from backend.sandbox.meta import GraphError
from backend.sandbox.people import Person
from backend.sandbox.settings import InstagramAccount

_COMMENT_LIFE_S = 7 * 86_400


def send(state: InstagramState, account: InstagramAccount, payload: Json) -> Json:
    """Carry out one Send API request.

    Raises:
        GraphError: Shape, unknown person, closed window.
    """
    rules.check_send(payload)
    person = _recipient(state, payload)
    if "sender_action" in payload:
        return _act(state, account, person, payload)
    if "comment_id" not in payload["recipient"]:
        _check_window(state, account, person, payload)
    message = _place(state, account, person, payload["message"])
    echo = {"mid": message.mid, "is_echo": True} | _echoed(payload["message"])
    parties = {"sender": {"id": account.ig_id}, "recipient": {"id": person.igsid}}
    state.notify(account, person, "echo", parties | {"message": echo})
    return {"recipient_id": person.igsid, "message_id": message.mid}


def _recipient(state: InstagramState, payload: Json) -> Person:
    address = payload["recipient"].get("id")
    if address is None:
        return _commenter(state, payload["recipient"]["comment_id"])
    person = state.world.people.find(address)
    if person is None or person.igsid != address:
        raise GraphError(400, 100, "No matching user found", subcode=2018001)
    return person


def _commenter(state: InstagramState, comment_id: str) -> Person:
    """Return who wrote a comment, once: a private reply may be sent a single time within seven days."""
    found = state.comments.pop(comment_id, None)
    if found is None or state.world.clock.unix() - found[1] > _COMMENT_LIFE_S:
        raise GraphError(400, 10900, "Activity already replied to or too old")
    return state.world.people.get(found[0])


def _check_window(state: InstagramState, account: InstagramAccount, person: Person, payload: Json) -> None:
    last = state.thread(account, person).last_inbound_at
    age = state.world.clock.unix() - last if last is not None else None
    human = payload.get("messaging_type") == "MESSAGE_TAG" and payload.get("tag") == "HUMAN_AGENT"
    if human and not state.human_agent:
        raise GraphError(403, 10, "This app may not use the human agent tag")
    limit = HUMAN_WINDOW_S if human else WINDOW_S
    if age is None or age >= limit:
        raise GraphError(403, 10, "This message is sent outside of allowed window.", subcode=2534022)


def _act(state: InstagramState, account: InstagramAccount, person: Person, payload: Json) -> Json:
    action = payload["sender_action"]
    thread = state.thread(account, person)
    if action in {"typing_on", "typing_off"}:
        thread.typing = action == "typing_on"
    elif action == "mark_seen":
        for message in thread.messages:
            message.status = "read" if message.from_person else message.status
    else:
        _react(state, payload, action)
    state.world.changed(person)
    return {"recipient_id": person.igsid}


def _react(state: InstagramState, payload: Json, action: str) -> None:
    message = state.messages.get(payload.get("payload", {}).get("message_id", ""))
    if message is None:
        raise rules.refuse("payload[message_id] is unknown")
    message.reactions["business"] = payload["payload"].get("reaction", "love") if action == "react" else ""


def _place(state: InstagramState, account: InstagramAccount, person: Person, content: Json) -> Message:
    thread = state.thread(account, person)
    thread.typing = False
    message = Message(
        mid=state.new_mid(),
        account=account,
        person=person,
        from_person=False,
        content=content,
        text=_text(content),
        at=state.world.clock.unix(),
        buttons=_buttons(content, person),
    )
    state.keep(message)
    return message


def _text(content: Json) -> str:
    payload = content.get("attachment", {}).get("payload", {})
    titles = [f"{e['title']}\n{e.get('subtitle', '')}".strip() for e in payload.get("elements", [])]
    return str(content.get("text") or payload.get("text") or "\n".join(titles))


def _buttons(content: Json, person: Person) -> list[Json]:
    replies = [_quick_reply(r, person) for r in content.get("quick_replies", [])]
    buttons = [
        {"tap": b["type"], "id": b.get("payload", b.get("url")), "title": b["title"], "url": b.get("url", "")}
        for b in rules.template_buttons(content.get("attachment", {}).get("payload", {}))
    ]
    return replies + buttons


def _quick_reply(reply: Json, person: Person) -> Json:
    """Return a quick reply as the phone shows it: long titles are cut, the number comes from the profile."""
    if reply["content_type"] == "text":
        return {"tap": "quick_reply", "id": reply["payload"], "title": reply["title"][: rules.QUICK_REPLY_TITLE]}
    own = f"+{person.phone}" if reply["content_type"] == "user_phone_number" else f"{person.id}@example.com"
    return {"tap": "quick_reply", "id": own, "title": own}


def _echoed(content: Json) -> Json:
    kept = {k: content[k] for k in ("text",) if k in content}
    if "attachment" in content:
        kept["attachments"] = [content["attachment"]]
    return kept
