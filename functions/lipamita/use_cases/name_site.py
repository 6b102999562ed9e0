"""Keep the list of sites: add one, or give one another name."""

from __future__ import annotations

from lipamita.domain.meter import Caller
from lipamita.domain.registration import Site, check_staff
from lipamita.use_cases.world import World


def name_site(site: Site, caller: Caller, world: World) -> tuple[Site | None, Site]:
    """The site before and after. Raises ForbiddenError.

    Meters keep the name that their site had when they were moved to it.
    """
    check_staff(caller)
    before = world.store.read_site(site.site_id)
    world.store.put_site(site)  # by site_id; a repeat writes the same
    return before, site
