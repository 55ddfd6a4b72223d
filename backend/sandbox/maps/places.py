"""The places that the simulated geocoder knows."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """A named point."""

    name: str
    city: str
    country_code: str
    lat: float
    lng: float
    kind: str = "suburb"

    @property
    def display_name(self) -> str:
        """Return the name with its city and country."""
        country = {"ke": "Kenya", "in": "India"}[self.country_code]
        return f"{self.name}, {self.city}, {country}"


PLACES: Final = (
    Place("Westlands", "Nairobi", "ke", -1.2676, 36.8108),
    Place("Kilimani", "Nairobi", "ke", -1.2892, 36.7867),
    Place("Kileleshwa", "Nairobi", "ke", -1.2783, 36.7836),
    Place("Lavington", "Nairobi", "ke", -1.2794, 36.7686),
    Place("South B", "Nairobi", "ke", -1.3106, 36.8361),
    Place("South C", "Nairobi", "ke", -1.3197, 36.8279),
    Place("Eastleigh", "Nairobi", "ke", -1.2731, 36.8508),
    Place("Umoja", "Nairobi", "ke", -1.2811, 36.8983),
    Place("Donholm", "Nairobi", "ke", -1.2967, 36.8897),
    Place("Kasarani", "Nairobi", "ke", -1.2214, 36.8969),
    Place("Roysambu", "Nairobi", "ke", -1.2181, 36.8869),
    Place("Ngara", "Nairobi", "ke", -1.2747, 36.8247),
    Place("Kenyatta Avenue", "Nairobi", "ke", -1.2860, 36.8190, "road"),
    Place("Moi Avenue", "Nairobi", "ke", -1.2839, 36.8250, "road"),
    Place("College Road", "Nashik", "in", 20.0079, 73.7632, "road"),
    Place("Gangapur Road", "Nashik", "in", 20.0117, 73.7550, "road"),
    Place("Panchavati", "Nashik", "in", 20.0086, 73.7925),
    Place("Indira Nagar", "Nashik", "in", 19.9653, 73.7836),
    Place("Cidco", "Nashik", "in", 19.9742, 73.7631),
    Place("Satpur", "Nashik", "in", 19.9931, 73.7282),
    Place("Nashik Road", "Nashik", "in", 19.9490, 73.8420),
    Place("Dwarka Circle", "Nashik", "in", 19.9931, 73.8003, "square"),
)
