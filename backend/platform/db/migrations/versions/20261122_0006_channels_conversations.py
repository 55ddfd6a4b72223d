"""Tables of channels and conversations."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _create_channels() -> None:
    op.execute("""
        CREATE TABLE channel_receipts (
            reference varchar CONSTRAINT pk_channel_receipts PRIMARY KEY,
            provider_id varchar NOT NULL,
            status varchar NOT NULL,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now()
        );
        CREATE TABLE channel_templates (
            account varchar NOT NULL,
            name varchar NOT NULL,
            language varchar NOT NULL,
            status varchar NOT NULL,
            reason varchar NOT NULL DEFAULT '',
            changed_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT pk_channel_templates PRIMARY KEY (account, name, language)
        );
    """)


def _create_conversations() -> None:
    op.execute("""
        CREATE TABLE conversations (
            id varchar CONSTRAINT pk_conversations PRIMARY KEY,
            merchant_id varchar NOT NULL,
            city varchar NOT NULL,
            country varchar NOT NULL,
            customer_id varchar NOT NULL,
            channel varchar NOT NULL,
            account varchar NOT NULL,
            peer bytea NOT NULL,
            language varchar NOT NULL,
            owner_kind varchar NOT NULL DEFAULT 'bot',
            owner_id varchar,
            owner_version integer NOT NULL DEFAULT 0,
            owner_since timestamptz NOT NULL DEFAULT duka_now(),
            handoff_reason varchar,
            handoff_brief jsonb NOT NULL DEFAULT '{}',
            handoff_turn_id varchar,
            at_risk_minor bigint NOT NULL DEFAULT 0,
            currency varchar NOT NULL,
            unread integer NOT NULL DEFAULT 0,
            opt_out_told_at timestamptz,
            session_id varchar NOT NULL CONSTRAINT uq_conversations_session_id UNIQUE,
            session_started_at timestamptz NOT NULL DEFAULT duka_now(),
            asked varchar,
            last_inbound_at timestamptz,
            last_message_at timestamptz,
            last_turn_at timestamptz,
            burst_started_at timestamptz,
            turn_due_at timestamptz,
            lease_until timestamptz,
            fence bigint NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT ck_conversations_owner_kind CHECK (owner_kind IN ('bot', 'agent', 'nobody')),
            CONSTRAINT ck_conversations_owner_named CHECK ((owner_kind = 'agent') = (owner_id IS NOT NULL))
        );
        CREATE INDEX ix_conversations_turn_due_at ON conversations (turn_due_at) WHERE turn_due_at IS NOT NULL;
        CREATE INDEX ix_conversations_merchant_id_last_message_at ON conversations (merchant_id, last_message_at);
        CREATE INDEX ix_conversations_customer_id ON conversations (customer_id);
        CREATE INDEX ix_conversations_owner_kind_owner_id ON conversations (owner_kind, owner_id);

        CREATE TABLE conversation_peers (
            channel varchar NOT NULL,
            account varchar NOT NULL,
            peer_index bytea NOT NULL,
            conversation_id varchar NOT NULL
                CONSTRAINT fk_conversation_peers_conversation_id REFERENCES conversations (id) ON DELETE CASCADE,
            CONSTRAINT pk_conversation_peers PRIMARY KEY (channel, account, peer_index)
        );

        CREATE TABLE turns (
            id varchar CONSTRAINT pk_turns PRIMARY KEY,
            conversation_id varchar NOT NULL
                CONSTRAINT fk_turns_conversation_id REFERENCES conversations (id) ON DELETE CASCADE,
            session_id varchar NOT NULL,
            state varchar NOT NULL DEFAULT 'running',
            attempts integer NOT NULL DEFAULT 0,
            fence bigint NOT NULL,
            error varchar,
            result jsonb NOT NULL DEFAULT '{}',
            trace_id varchar NOT NULL,
            finished_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT ck_turns_state CHECK (state IN ('running', 'replied', 'superseded', 'failed'))
        );
        CREATE UNIQUE INDEX uq_turns_conversation_id_running ON turns (conversation_id) WHERE state = 'running';
        CREATE INDEX ix_turns_conversation_id_created_at ON turns (conversation_id, created_at);

        CREATE TABLE messages (
            id varchar CONSTRAINT pk_messages PRIMARY KEY,
            seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
            conversation_id varchar NOT NULL
                CONSTRAINT fk_messages_conversation_id REFERENCES conversations (id) ON DELETE CASCADE,
            direction varchar NOT NULL,
            author varchar NOT NULL,
            kind varchar NOT NULL,
            text bytea NOT NULL,
            content bytea NOT NULL,
            status varchar NOT NULL,
            error_code varchar,
            error_action varchar,
            message_key varchar,
            order_id varchar,
            turn_id varchar CONSTRAINT fk_messages_turn_id REFERENCES turns (id),
            awaits_turn boolean NOT NULL DEFAULT false,
            possible_duplicate boolean NOT NULL DEFAULT false,
            session_id varchar NOT NULL,
            sent_at timestamptz NOT NULL,
            trace_id varchar NOT NULL,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT ck_messages_direction CHECK (direction IN ('in', 'out', 'note'))
        );
        CREATE UNIQUE INDEX uq_messages_seq ON messages (seq);
        CREATE INDEX ix_messages_conversation_id_seq ON messages (conversation_id, seq);
        CREATE INDEX ix_messages_awaits_turn ON messages (conversation_id, seq) WHERE awaits_turn AND turn_id IS NULL;
        CREATE INDEX ix_messages_turn_id ON messages (turn_id) WHERE turn_id IS NOT NULL;

        CREATE TABLE message_refs (
            channel varchar NOT NULL,
            account varchar NOT NULL,
            provider_id varchar NOT NULL,
            message_id varchar NOT NULL
                CONSTRAINT fk_message_refs_message_id REFERENCES messages (id) ON DELETE CASCADE,
            CONSTRAINT pk_message_refs PRIMARY KEY (channel, account, provider_id)
        );
        CREATE INDEX ix_message_refs_message_id ON message_refs (message_id);
    """)


def _create_drafts() -> None:
    op.execute("""
        CREATE TABLE dialogues (
            conversation_id varchar CONSTRAINT pk_dialogues PRIMARY KEY
                CONSTRAINT fk_dialogues_conversation_id REFERENCES conversations (id) ON DELETE CASCADE,
            language varchar NOT NULL,
            weights jsonb NOT NULL DEFAULT '{}',
            failed_turns integer NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now()
        );

        CREATE TABLE drafts (
            id varchar CONSTRAINT pk_drafts PRIMARY KEY,
            conversation_id varchar NOT NULL
                CONSTRAINT fk_drafts_conversation_id REFERENCES conversations (id) ON DELETE CASCADE,
            state varchar NOT NULL DEFAULT 'open',
            body bytea NOT NULL,
            version integer NOT NULL DEFAULT 1,
            order_id varchar,
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            updated_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT ck_drafts_state CHECK (state IN ('open', 'placed', 'cancelled', 'abandoned'))
        );
        CREATE UNIQUE INDEX uq_drafts_conversation_id_open ON drafts (conversation_id) WHERE state = 'open';
        CREATE INDEX ix_drafts_conversation_id ON drafts (conversation_id);

        CREATE TABLE bot_turns (
            turn_id varchar CONSTRAINT pk_bot_turns PRIMARY KEY,
            conversation_id varchar NOT NULL
                CONSTRAINT fk_bot_turns_conversation_id REFERENCES conversations (id) ON DELETE CASCADE,
            draft_id varchar NOT NULL,
            reading bytea NOT NULL,
            step bytea NOT NULL,
            summary jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT duka_now()
        );
        CREATE INDEX ix_bot_turns_conversation_id_created_at ON bot_turns (conversation_id, created_at);
    """)


def upgrade() -> None:
    """Create the tables."""
    _create_channels()
    _create_conversations()
    _create_drafts()


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE bot_turns, drafts, dialogues")
    op.execute("DROP TABLE message_refs, messages, turns, conversation_peers, conversations")
    op.execute("DROP TABLE channel_templates, channel_receipts")
