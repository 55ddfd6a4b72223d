"""The two example shops and their people, as rows; the simulators' phones have the same numbers."""

from dataclasses import dataclass
from typing import Final

from backend.platform.auth.principal import Role
from backend.vendors.ports import NewMerchant, NewVendor


@dataclass(frozen=True, slots=True)
class RiderRow:
    """A rider to take on."""

    id: str
    name: str
    phone: str
    language: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person with a log-in."""

    id: str
    login: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant with its catalogue, outlet, riders and staff."""

    merchant: NewMerchant
    vendor: NewVendor
    catalogue: str
    riders: tuple[RiderRow, ...]
    staff: tuple[StaffRow, ...]


SHOPS: Final = (
    Shop(
        merchant=NewMerchant(
            id="M-NAIROBI",
            name="Nairobi Grocer",
            city="Nairobi",
            country="KE",
            currency="KES",
            timezone="Africa/Nairobi",
            default_language="sw",
            wa_phone_number_id="100000000000001",
            ig_account_id="17841400000000001",
            shortcode="600999",
        ),
        vendor=NewVendor(
            id="V-NGARA",
            merchant_id="M-NAIROBI",
            name="Mama Njeri, Ngara",
            phone="+254711000231",
            language="sw",
            city="Nairobi",
            lat=-1.2745,
            lng=36.8290,
            address_text="Ngara Road, next to the post office",
        ),
        catalogue="nairobi_grocer.csv",
        riders=(
            RiderRow("R-KAMAU", "Kamau", "+254711000241", "sw", -1.2790, 36.8262),
            RiderRow("R-AKINYI", "Akinyi", "+254711000242", "en", -1.2921, 36.8219),
        ),
        staff=(
            StaffRow("S-NBO-AGENT", "agent.nairobi", "Agent, Nairobi", Role.AGENT),
            StaffRow("S-NBO-ADMIN", "admin.nairobi", "Admin, Nairobi", Role.ADMIN),
        ),
    ),
    Shop(
        merchant=NewMerchant(
            id="M-NASHIK",
            name="Nashik Kitchen",
            city="Nashik",
            country="IN",
            currency="INR",
            timezone="Asia/Kolkata",
            default_language="hi-Latn",
            wa_phone_number_id="100000000000002",
            ig_account_id="17841400000000002",
            upi_vpa="nashikkitchen@bank",
        ),
        vendor=NewVendor(
            id="V-COLLEGE-ROAD",
            merchant_id="M-NASHIK",
            name="Suresh, College Road",
            phone="+919900000021",
            language="hi",
            city="Nashik",
            lat=20.0059,
            lng=73.7640,
            address_text="College Road, opposite the cinema",
        ),
        catalogue="nashik_kitchen.csv",
        riders=(
            RiderRow("R-RAVI", "Ravi", "+919900000031", "hi", 20.0040, 73.7690),
            RiderRow("R-MEENA", "Meena", "+919900000032", "mr", 19.9975, 73.7898),
        ),
        staff=(
            StaffRow("S-NSK-AGENT", "agent.nashik", "Agent, Nashik", Role.AGENT),
            StaffRow("S-NSK-ADMIN", "admin.nashik", "Admin, Nashik", Role.ADMIN),
        ),
    ),
)
