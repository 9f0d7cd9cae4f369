"""Large cities and countries that have no time zone of their own name, with the one they keep."""

from __future__ import annotations

__all__ = ["MANY_ZONES", "ZONE_OF"]

_PLACES = {
    "Europe/London": "england, scotland, wales, united kingdom, uk, great britain, manchester, birmingham, edinburgh, "
    "glasgow, liverpool, leeds, bristol, cardiff, oxford, cambridge",
    "Europe/Berlin": "germany, munich, münchen, hamburg, frankfurt, cologne, köln, stuttgart, dresden, leipzig, bonn",
    "Europe/Paris": "france, lyon, marseille, nice, toulouse, bordeaux, strasbourg, lille",
    "Europe/Rome": "italy, milan, milano, naples, turin, florence, venice, bologna, genoa, palermo, roma",
    "Europe/Madrid": "spain, barcelona, valencia, seville, bilbao, malaga",
    "Europe/Lisbon": "porto",
    "Europe/Zurich": "switzerland, geneva, basel, bern, lausanne, zürich",
    "Europe/Vienna": "austria, salzburg, graz, innsbruck, wien",
    "Europe/Amsterdam": "netherlands, holland, rotterdam, the hague, utrecht",
    "Europe/Brussels": "belgium, antwerp, ghent",
    "Europe/Warsaw": "krakow, gdansk, wroclaw",
    "Europe/Stockholm": "sweden, gothenburg, malmö",
    "Europe/Oslo": "norway, bergen",
    "Europe/Copenhagen": "denmark, aarhus",
    "Europe/Helsinki": "finland",
    "Europe/Athens": "greece, thessaloniki",
    "Europe/Prague": "czechia, czech republic, brno",
    "Europe/Budapest": "hungary",
    "Europe/Bucharest": "romania",
    "Europe/Sofia": "bulgaria",
    "Europe/Belgrade": "serbia",
    "Europe/Kyiv": "ukraine, kiev, odesa, lviv",
    "Europe/Moscow": "saint petersburg, st petersburg",
    "Europe/Istanbul": "ankara, izmir",
    "Europe/Dublin": "cork",
    "America/New_York": "new york city, nyc, boston, washington, washington dc, washington d.c., philadelphia, "
    "miami, atlanta, baltimore, pittsburgh, charlotte, orlando, cleveland",
    "America/Chicago": "houston, dallas, austin, san antonio, minneapolis, new orleans, st louis, kansas city, "
    "nashville, memphis, milwaukee",
    "America/Denver": "salt lake city, albuquerque, colorado springs",
    "America/Los_Angeles": "san francisco, seattle, san diego, las vegas, portland, san jose, sacramento, california, "
    "oakland, silicon valley, palo alto",
    "America/Toronto": "ottawa, montreal, quebec",
    "America/Edmonton": "calgary",
    "America/Mexico_City": "guadalajara",
    "America/Sao_Paulo": "rio de janeiro, rio, brasilia, são paulo",
    "America/Argentina/Buenos_Aires": "argentina",
    "America/Bogota": "colombia, medellin",
    "America/Lima": "peru",
    "America/Caracas": "venezuela",
    "Asia/Shanghai": "china, beijing, peking, shenzhen, guangzhou, wuhan, chengdu",
    "Asia/Kolkata": "india, delhi, new delhi, mumbai, bombay, bangalore, bengaluru, chennai, hyderabad, pune",
    "Asia/Tokyo": "osaka, kyoto, yokohama, nagoya, sapporo",
    "Asia/Seoul": "south korea, korea, busan",
    "Asia/Taipei": "taiwan",
    "Asia/Ho_Chi_Minh": "vietnam, hanoi, saigon, ho chi minh city",
    "Asia/Bangkok": "thailand",
    "Asia/Manila": "philippines",
    "Asia/Kuala_Lumpur": "malaysia",
    "Asia/Karachi": "pakistan, lahore, islamabad",
    "Asia/Dhaka": "bangladesh",
    "Asia/Kathmandu": "nepal",
    "Asia/Colombo": "sri lanka",
    "Asia/Tehran": "iran",
    "Asia/Baghdad": "iraq",
    "Asia/Riyadh": "saudi arabia, jeddah, mecca",
    "Asia/Dubai": "united arab emirates, uae, abu dhabi",
    "Asia/Jerusalem": "tel aviv, haifa",
    "Asia/Yerevan": "armenia",
    "Asia/Tbilisi": "georgia",
    "Africa/Cairo": "alexandria",
    "Africa/Lagos": "nigeria, abuja",
    "Africa/Nairobi": "kenya",
    "Africa/Johannesburg": "south africa, cape town, durban, pretoria",
    "Africa/Casablanca": "morocco, marrakesh, rabat",
    "Africa/Algiers": "algeria",
    "Africa/Accra": "ghana",
    "Africa/Addis_Ababa": "ethiopia",
    "Australia/Sydney": "canberra",
    "Australia/Brisbane": "gold coast",
    "Pacific/Auckland": "new zealand, wellington, christchurch",
    "Pacific/Honolulu": "hawaii",
}
ZONE_OF = {place: zone for zone, places in _PLACES.items() for place in places.split(", ")}

MANY_ZONES = frozenset(
    {"usa", "us", "united states", "united states of america", "america", "canada", "russia", "australia", "brazil"}
    | {"mexico", "indonesia", "chile", "kazakhstan", "mongolia", "europe", "asia", "africa"}
)
"""Countries and continents that keep several times."""
