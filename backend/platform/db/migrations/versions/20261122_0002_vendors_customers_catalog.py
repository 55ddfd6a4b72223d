"""Tables of vendors, customers, catalog."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE merchants (
        id varchar NOT NULL,
        name varchar NOT NULL,
        city varchar NOT NULL,
        country varchar(2) NOT NULL,
        currency varchar(3) NOT NULL,
        timezone varchar NOT NULL,
        default_language varchar NOT NULL,
        wa_phone_number_id varchar,
        ig_account_id varchar,
        shortcode varchar,
        upi_vpa varchar,
        settings jsonb DEFAULT '{}'::jsonb NOT NULL,
        created_at timestamptz DEFAULT duka_now() NOT NULL,
        updated_at timestamptz DEFAULT duka_now() NOT NULL,
        CONSTRAINT pk_merchants PRIMARY KEY (id),
        CONSTRAINT ck_merchants_currency CHECK (currency IN ('KES', 'INR'))
    )
    """,
    """
    CREATE UNIQUE INDEX uq_merchants_ig_account_id ON merchants (ig_account_id) WHERE ig_account_id IS NOT NULL
    """,
    """
    CREATE UNIQUE INDEX uq_merchants_wa_phone_number_id ON merchants (wa_phone_number_id)
            WHERE wa_phone_number_id IS NOT NULL
    """,
    """
    CREATE TABLE catalogue_versions (
        merchant_id varchar NOT NULL,
        version integer DEFAULT 1 NOT NULL,
        CONSTRAINT pk_catalogue_versions PRIMARY KEY (merchant_id),
        CONSTRAINT fk_catalogue_versions_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
    )
    """,
    """
    CREATE TABLE customers (
        id varchar NOT NULL,
        merchant_id varchar NOT NULL,
        name varchar,
        phone bytea,
        phone_index bytea,
        phone_verified boolean DEFAULT false NOT NULL,
        language varchar,
        script varchar,
        language_confidence double precision DEFAULT 0 NOT NULL,
        opted_out_at timestamptz,
        consent jsonb DEFAULT '{}'::jsonb NOT NULL,
        created_at timestamptz DEFAULT duka_now() NOT NULL,
        updated_at timestamptz DEFAULT duka_now() NOT NULL,
        CONSTRAINT pk_customers PRIMARY KEY (id),
        CONSTRAINT ck_customers_language_confidence CHECK (language_confidence BETWEEN 0 AND 1),
        CONSTRAINT fk_customers_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
    )
    """,
    """
    CREATE INDEX ix_customers_phone_index ON customers (merchant_id, phone_index) WHERE phone_index IS NOT NULL
    """,
    """
    CREATE TABLE items (
        merchant_id varchar NOT NULL,
        sku varchar NOT NULL,
        name varchar NOT NULL,
        aliases jsonb DEFAULT '[]'::jsonb NOT NULL,
        unit varchar NOT NULL,
        price_minor bigint NOT NULL,
        currency varchar(3) NOT NULL,
        stock numeric(12, 3) DEFAULT 0 NOT NULL,
        reserved numeric(12, 3) DEFAULT 0 NOT NULL,
        options jsonb DEFAULT '{}'::jsonb NOT NULL,
        active boolean DEFAULT true NOT NULL,
        position integer DEFAULT 0 NOT NULL,
        created_at timestamptz DEFAULT duka_now() NOT NULL,
        updated_at timestamptz DEFAULT duka_now() NOT NULL,
        CONSTRAINT pk_items PRIMARY KEY (merchant_id, sku),
        CONSTRAINT ck_items_price CHECK (price_minor >= 0),
        CONSTRAINT ck_items_stock CHECK (reserved >= 0 AND stock >= reserved),
        CONSTRAINT fk_items_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
    )
    """,
    """
    CREATE INDEX ix_items_merchant_id_position ON items (merchant_id, position)
    """,
    """
    CREATE TABLE vendors (
        id varchar NOT NULL,
        merchant_id varchar NOT NULL,
        name varchar NOT NULL,
        phone bytea NOT NULL,
        phone_index bytea NOT NULL,
        wa_id bytea,
        language varchar NOT NULL,
        city varchar NOT NULL,
        tier varchar DEFAULT 'standard' NOT NULL,
        active boolean DEFAULT true NOT NULL,
        inactive_reason varchar,
        lat double precision,
        lng double precision,
        address_text varchar DEFAULT '' NOT NULL,
        misses integer DEFAULT 0 NOT NULL,
        created_at timestamptz DEFAULT duka_now() NOT NULL,
        updated_at timestamptz DEFAULT duka_now() NOT NULL,
        CONSTRAINT pk_vendors PRIMARY KEY (id),
        CONSTRAINT ck_vendors_misses CHECK (misses >= 0),
        CONSTRAINT fk_vendors_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
    )
    """,
    """
    CREATE INDEX ix_vendors_city ON vendors (city)
    """,
    """
    CREATE INDEX ix_vendors_merchant_id ON vendors (merchant_id)
    """,
    """
    CREATE INDEX ix_vendors_phone_index ON vendors (phone_index)
    """,
    """
    CREATE TABLE customer_addresses (
        id varchar NOT NULL,
        customer_id varchar NOT NULL,
        address_text bytea NOT NULL,
        text_index bytea NOT NULL,
        lat double precision,
        lng double precision,
        last_used_at timestamptz DEFAULT duka_now() NOT NULL,
        CONSTRAINT pk_customer_addresses PRIMARY KEY (id),
        CONSTRAINT uq_customer_addresses_customer_id_text_index UNIQUE (customer_id, text_index),
        CONSTRAINT fk_customer_addresses_customer_id
            FOREIGN KEY(customer_id) REFERENCES customers (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX ix_customer_addresses_customer_id ON customer_addresses (customer_id, last_used_at)
    """,
    """
    CREATE TABLE customer_identities (
        id bigint GENERATED BY DEFAULT AS IDENTITY,
        customer_id varchar NOT NULL,
        channel varchar NOT NULL,
        scope varchar NOT NULL,
        external_id bytea NOT NULL,
        external_index bytea NOT NULL,
        created_at timestamptz DEFAULT duka_now() NOT NULL,
        last_seen_at timestamptz DEFAULT duka_now() NOT NULL,
        CONSTRAINT pk_customer_identities PRIMARY KEY (id),
        CONSTRAINT uq_customer_identities_channel_scope_external_index UNIQUE (channel, scope, external_index),
        CONSTRAINT fk_customer_identities_customer_id
            FOREIGN KEY(customer_id) REFERENCES customers (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX ix_customer_identities_customer_id ON customer_identities (customer_id)
    """,
    """
    CREATE TABLE stock_movements (
        id bigint GENERATED BY DEFAULT AS IDENTITY,
        merchant_id varchar NOT NULL,
        sku varchar NOT NULL,
        old_stock numeric(12, 3) NOT NULL,
        new_stock numeric(12, 3) NOT NULL,
        old_price_minor bigint NOT NULL,
        new_price_minor bigint NOT NULL,
        reason varchar NOT NULL,
        actor varchar NOT NULL,
        at timestamptz DEFAULT duka_now() NOT NULL,
        CONSTRAINT pk_stock_movements PRIMARY KEY (id),
        CONSTRAINT fk_stock_movements_merchant_id_sku
            FOREIGN KEY(merchant_id, sku) REFERENCES items (merchant_id, sku)
    )
    """,
    """
    CREATE INDEX ix_stock_movements_merchant_id_sku ON stock_movements (merchant_id, sku, at)
    """,
    """
    CREATE TABLE stock_reservations (
        order_id varchar NOT NULL,
        sku varchar NOT NULL,
        merchant_id varchar NOT NULL,
        qty numeric(12, 3) NOT NULL,
        state varchar DEFAULT 'held' NOT NULL,
        expires_at timestamptz NOT NULL,
        created_at timestamptz DEFAULT duka_now() NOT NULL,
        settled_at timestamptz,
        CONSTRAINT pk_stock_reservations PRIMARY KEY (order_id, sku),
        CONSTRAINT ck_stock_reservations_state CHECK (state IN ('held', 'committed', 'released')),
        CONSTRAINT ck_stock_reservations_qty CHECK (qty > 0),
        CONSTRAINT fk_stock_reservations_merchant_id_sku
            FOREIGN KEY(merchant_id, sku) REFERENCES items (merchant_id, sku)
    )
    """,
    """
    CREATE INDEX ix_stock_reservations_expires_at ON stock_reservations (expires_at) WHERE state = 'held'
    """,
    """
    CREATE INDEX ix_stock_reservations_merchant_id_sku ON stock_reservations (merchant_id, sku)
    """,
    """
    CREATE TABLE vendor_hours (
        vendor_id varchar NOT NULL,
        weekday integer NOT NULL,
        opens time without time zone NOT NULL,
        closes time without time zone NOT NULL,
        CONSTRAINT pk_vendor_hours PRIMARY KEY (vendor_id, weekday, opens),
        CONSTRAINT ck_vendor_hours_weekday CHECK (weekday BETWEEN 0 AND 6),
        CONSTRAINT ck_vendor_hours_span CHECK (opens < closes),
        CONSTRAINT fk_vendor_hours_vendor_id FOREIGN KEY(vendor_id) REFERENCES vendors (id) ON DELETE CASCADE
    )
    """,
)

_TABLES = (
    "vendor_hours",
    "stock_reservations",
    "stock_movements",
    "customer_identities",
    "customer_addresses",
    "vendors",
    "items",
    "customers",
    "catalogue_versions",
    "merchants",
)


def upgrade() -> None:
    """Create the tables."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
