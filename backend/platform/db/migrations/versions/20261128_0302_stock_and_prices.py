"""When stock is low, corrections that are made once, and prices that begin later."""

from alembic import op

revision = "0302"
down_revision = "0301"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    op.execute("""
        ALTER TABLE items
            ADD COLUMN low_at numeric(12, 3),
            ADD CONSTRAINT ck_items_low_at CHECK (low_at >= 0)
    """)
    op.execute("ALTER TABLE stock_movements ADD COLUMN command_id varchar")
    op.execute("""
        CREATE UNIQUE INDEX uq_stock_movements_command_id ON stock_movements (merchant_id, command_id)
            WHERE command_id IS NOT NULL
    """)
    op.execute("""
        CREATE TABLE item_prices (
            id varchar CONSTRAINT pk_item_prices PRIMARY KEY,
            merchant_id varchar NOT NULL,
            sku varchar NOT NULL,
            price_minor bigint NOT NULL CONSTRAINT ck_item_prices_price CHECK (price_minor >= 0),
            from_at timestamptz NOT NULL,
            reason varchar NOT NULL,
            actor varchar NOT NULL,
            state varchar NOT NULL DEFAULT 'planned'
                CONSTRAINT ck_item_prices_state CHECK (state IN ('planned', 'in_force', 'withdrawn')),
            created_at timestamptz NOT NULL DEFAULT duka_now(),
            CONSTRAINT fk_item_prices_merchant_id_items FOREIGN KEY (merchant_id, sku)
                REFERENCES items (merchant_id, sku)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX uq_item_prices_planned ON item_prices (merchant_id, sku, from_at) WHERE state = 'planned'
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE item_prices")
    op.execute("DROP INDEX uq_stock_movements_command_id")
    op.execute("ALTER TABLE stock_movements DROP COLUMN command_id")
    op.execute("ALTER TABLE items DROP CONSTRAINT ck_items_low_at, DROP COLUMN low_at")
