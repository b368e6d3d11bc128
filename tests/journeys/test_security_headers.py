"""What a browser is told about the pages, and that the pages live with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from cuttingasmr import routes
from tests.support.databases import Databases
from tests.support.site import Site, wait_until
from tests.support.studio import Studio
from tests.support.watched import WatchedSite

PAGES = sorted(
    path
    for name, path in vars(routes).items()
    if name.isupper()
    and isinstance(path, str)
    and "/api/" not in path
    and not name.startswith("ADMIN_")  # as /admin, which stands for all of them
)
SNIFF = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""
NOT_THERE = {routes.NOT_FOUND, routes.ADMIN}
THEMES = ("dark", "light")


@pytest.mark.parametrize("theme", THEMES)
def test_no_page_meets_its_own_policy_and_none_complains(
    page: Page, quiet_site: WatchedSite, theme: str
) -> None:
    complaints: list[str] = []
    visited = ""

    def hear(message: ConsoleMessage) -> None:
        is_gone = visited in NOT_THERE and "404" in message.text
        if message.type in {"error", "warning"} and not is_gone:
            complaints.append(f"{visited} says: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"{visited} fails: {error}"))
    page.add_init_script(f"{SNIFF} localStorage.setItem('theme', '{theme}');")
    studio = Studio(page, quiet_site.url).sign_up()
    for visited in PAGES:
        studio.open(visited)
        complaints += [f"{visited}: {told}" for told in page.evaluate("window.violations")]
        expect(page.locator("html")).to_contain_class(theme)

    assert complaints == [], "\n".join(complaints)


def test_a_live_page_stays_live_under_its_policy(studio: Studio) -> None:
    studio.page.evaluate(SNIFF)
    studio.sign_up().make("honey under its policy").wait_for("ready")

    studio.page.locator("video").first.wait_for()
    assert studio.page.evaluate("document.querySelector('video').error") is None


def test_a_script_that_somebody_got_into_a_page_does_not_run(page: Page, quiet_site: WatchedSite) -> None:
    page.add_init_script(SNIFF)
    Studio(page, quiet_site.url).open()

    page.evaluate(
        """() => {
          const put = (code) => { const it = document.createElement("script"); it.textContent = code; document.body.append(it); };
          put("window.ran = 'inline'");
          const far = document.createElement("script"); far.src = "https://evil.example/x.js"; document.body.append(far);
          const button = document.createElement("button"); button.setAttribute("onclick", "window.ran = 'attribute'");
          document.body.append(button); button.click();
          const base = document.createElement("base"); base.href = "https://evil.example/"; document.head.append(base);
          setTimeout(() => { try { window.ran = eval("'eval'"); } catch { window.tried = true; } });
        }"""
    )

    wait_until(lambda: page.evaluate("window.tried"))
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.baseURI").startswith(quiet_site.url)
    assert len(page.evaluate("window.violations")) >= 4


# --- the published rules of Mozilla's Observatory (its scoring document), those that do not need TLS ---------------------

YEAR_HALF = 15_768_000


def directives(answer: httpx.Response) -> dict[str, list[str]]:
    lines = (line.split() for line in answer.headers["content-security-policy"].split("; "))
    return {line[0]: line[1:] for line in lines}


def observatory(answer: httpx.Response) -> dict[str, int]:
    """Score an answer: 0 is as it should be, more is a bonus, less a fault."""
    policy, headers = directives(answer), answer.headers
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    is_unsafe = {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:"} & set(scripts)
    if is_unsafe or "object-src" not in policy:
        csp = -25
    elif "'unsafe-inline'" in policy.get("style-src", []):
        csp = 0
    else:
        csp = 10 if policy["default-src"] == ["'none'"] else 5
    inline = re.findall(r"<script[^>]*\bsrc=\"(?!/)[^>]*>", answer.text)
    referrer = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    hsts = re.search(r"max-age=(\d+)", headers.get("strict-transport-security", ""))
    cookies = answer.headers.get_list("set-cookie")
    return {
        "content-security-policy": csp,
        "cookies": 0 if all("secure" in it.lower() and "httponly" in it.lower() for it in cookies) else -20,
        "cross-origin-resource-sharing": 0 if "access-control-allow-origin" not in headers else -50,
        "referrer-policy": 5 if headers.get("referrer-policy") in referrer else -5,
        "strict-transport-security": 0 if hsts and int(hsts[1]) >= YEAR_HALF else -20,
        "subresource-integrity": 0 if not inline else -50,
        "x-content-type-options": 0 if headers.get("x-content-type-options") == "nosniff" else -5,
        "x-frame-options": 5 if policy.get("frame-ancestors") == ["'none'"] else -20,
        "cross-origin-resource-policy": 10
        if headers.get("cross-origin-resource-policy") == "same-origin"
        else 0,
    }


def grade(scores: dict[str, int]) -> str:
    """Add up as it does: 100, less the faults; a bonus counts only from 90 on."""
    total = 100 + sum(score for score in scores.values() if score < 0)
    if total >= 90:
        total += sum(score for score in scores.values() if score > 0)
    return "A+" if total >= 100 else "A" if total >= 90 else "less"


@pytest.fixture(scope="module")
def served(quiet_site: WatchedSite) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=quiet_site.url, trust_env=False) as client:
        yield client


def test_a_public_scanner_gives_its_top_grade_to_every_page(
    databases: Databases, make_site: Callable[..., Site]
) -> None:
    site = make_site(databases.make("sqlite"), APP_URL="https://asmr.example", WORKER="off")

    for path in PAGES:
        answer = httpx.get(f"{site.url}{path}", trust_env=False, follow_redirects=True)
        scores = observatory(answer)
        assert grade(scores) == "A+", (path, scores)
        assert min(scores.values()) >= 0, (path, scores)
        assert "upgrade-insecure-requests" in directives(answer)
        assert not [it for it in directives(answer)["script-src"] if it.startswith("'unsafe")]


EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/no/such/page"),
        ("GET", "/site.js"),
        ("GET", "/favicon.svg"),
        ("GET", "/manifest.webmanifest"),
        ("GET", "/api/health"),
        ("GET", "/api/credits"),
        ("GET", "/api/nothing"),
        ("POST", "/api/webhooks/creem"),
        ("GET", "/api/openapi.json"),
        ("GET", "/api/docs"),
        ("GET", "/ping"),
        ("POST", "/"),
        ("GET", "/_event/"),
        ("OPTIONS", "/api/credits"),
    ],
)
def test_every_answer_carries_the_headers(served: httpx.Client, method: str, path: str) -> None:
    preflight = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = served.request(method, path, headers=preflight if method == "OPTIONS" else {})

    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers, "this site is reached over http"
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param("/pricing", "/pricing/", id="a page"),
        pytest.param("/pricing?from=mail", "/pricing/?from=mail", id="with a question"),
        pytest.param("//pricing", "/pricing/", id="which would read as a host"),
        pytest.param("/%5Cx/%2E%2E//pricing", "/%5Cx/..//pricing/", id="and as one after a backslash"),
    ],
)
def test_a_redirect_stays_on_the_site_whatever_host_was_asked(
    served: httpx.Client, path: str, place: str
) -> None:
    answer = served.get(f"{served.base_url}".rstrip("/") + path, headers={"host": "evil.example"})

    assert (answer.status_code, answer.headers["location"]) == (307, place)


def test_a_page_that_has_not_changed_keeps_the_policy_of_a_page(served: httpx.Client) -> None:
    first = served.get("/pricing/")

    again = served.get("/pricing/", headers={"if-none-match": first.headers["etag"]})

    assert again.status_code == 304
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/api/credits", "/api/auth/session", "/api/nothing"])
def test_what_the_api_says_is_kept_by_nobody(served: httpx.Client, path: str) -> None:
    assert served.get(path).headers["cache-control"] == "no-store"


def test_the_documentation_has_a_policy_of_its_own(page: Page, quiet_site: WatchedSite) -> None:
    page.add_init_script(SNIFF)
    page.route(
        "https://cdn.jsdelivr.net/**", lambda route: route.fulfill(body="", content_type="text/javascript")
    )

    page.goto(f"{quiet_site.url}/api/docs")

    assert page.evaluate("window.violations") == [], "the viewer may come, and be started"
    policy = httpx.get(f"{quiet_site.url}/api/docs", trust_env=False).headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy.split("style-src")[0]


# --- where the operators work ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/admin",
        "/admin/",
        "/admin.html",
        "/admin/index.html",
        "//admin",
        "/admin/users",
        "/admin/users/",
        "/admin/users/index.html",
        "/admin/no/such/page",
        "/admin/users?id=1",
    ],
)
def test_for_strangers_there_is_no_operators_page(served: httpx.Client, path: str) -> None:
    answer = served.get(f"{served.base_url}{path}", follow_redirects=True)

    assert answer.status_code == 404
    assert answer.text == served.get("/no/such/page").text


def test_the_page_of_a_shared_video_has_its_style(page: Page, quiet_site: WatchedSite) -> None:
    page.goto(f"{quiet_site.url}/video/{'0' * 32}")

    expect(page.locator("body")).to_have_css("display", "flex")
    expect(page.get_by_role("link", name="Make your own")).to_have_css("border-radius", "99px")
