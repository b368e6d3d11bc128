"""Many at once: the database decides, and exactly as many are served as can pay."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx

from tests.support.site import Site


async def post_at_once(
    site: Site, cookies: httpx.Cookies, times: int, headers: dict[str, str]
) -> list[httpx.Response]:
    limits = httpx.Limits(max_connections=times)
    async with httpx.AsyncClient(
        base_url=site.url, cookies=cookies, trust_env=False, timeout=60, limits=limits
    ) as client:
        body = {"prompt": "a knife through a block of ice"}
        return await asyncio.gather(
            *(client.post("/api/generate-video", json=body, headers=headers) for _ in range(times))
        )


async def test_of_a_hundred_requests_on_an_account_that_can_pay_one_exactly_one_is_accepted(
    site: Site,
) -> None:
    buyer, before = site.someone(), site.sandbox.counts().get("create", 0)

    answers = await post_at_once(site, buyer.http.cookies, 100, {})

    assert Counter(answer.status_code for answer in answers) == {202: 1, 402: 99}
    refused = next(answer.json() for answer in answers if answer.status_code == 402)
    assert (refused["code"], refused["needCredits"], refused["currentCredits"]) == (
        "InsufficientCredits",
        10,
        8,
    )
    accepted = next(answer.json()["videoId"] for answer in answers if answer.status_code == 202)
    buyer.wait_for(accepted, "ready")
    assert site.sandbox.counts()["create"] == before + 1
    assert buyer.balance() == 8
    assert site.findings() == []


async def test_one_idempotency_key_is_one_video_however_often_it_comes_at_once(site: Site) -> None:
    buyer = site.someone()

    answers = await post_at_once(site, buyer.http.cookies, 20, {"Idempotency-Key": "the same"})

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["videoId"] for answer in answers}) == 1
    assert buyer.balance() == 8
    assert buyer.generate("something else", key="the same").status_code == 409
    assert site.findings() == []
