"""Settings of the conversations."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConversationsSettings(BaseSettings):
    """How turns run and when people come in."""

    model_config = SettingsConfigDict(env_prefix="DUKA_CONVERSATIONS_", extra="ignore")

    burst_silence_s: float = Field(default=1.2, ge=0, description="The bot answers after this silence; 0 answers each.")
    burst_cap_s: float = Field(default=5.0, ge=0, description="It waits no longer than this after the first message.")
    turn_concurrency: int = Field(default=8, ge=1, description="Turns under way at once in a process.")
    turn_lease_s: float = Field(default=20.0, description="After this a turn whose worker died is taken over.")
    typing_after_s: float = Field(default=2.0, ge=0, description="A turn that takes longer shows that somebody types.")
    max_takeovers: int = Field(default=2, description="How often a turn is taken over before a person gets it.")
    session_idle_s: float = Field(default=3600.0, description="After this silence the dialogue starts afresh.")
    history_messages: int = Field(default=6, description="Earlier messages that the bot is given.")
    handoff_timeout_s: float = Field(default=1800.0, description="A silent person loses the thread to the bot again.")
    opt_out_reminder_s: float = Field(default=86_400.0, description="How often one who opted out is told the way back.")


class DialogueSettings(BaseSettings):
    """Where the dialogue servers are."""

    model_config = SettingsConfigDict(env_prefix="DUKA_", extra="ignore")

    rasa_url: str = Field(default="http://127.0.0.1:5005", description="One or more addresses, separated by commas.")
    rasa_timeout_s: float = Field(default=5.0, description="Seconds a turn may take.")
