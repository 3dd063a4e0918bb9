"""Calls that wait for a peer without limit, and the parameter of each that limits them.

The defaults are those of the libraries' own documentation: requests ("requests do not time out
unless a timeout value is set explicitly"), the standard library (`timeout` falls back to
`socket.getdefaulttimeout()`, which is None), psycopg and mysqlclient (libpq and libmysqlclient wait
for ever), redis-py before 8.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from bugcatalog_ls.facts.process_waits import AWAITED, AWAITED_PROCESS

Family = Literal["requests", "stdlib", "explicit", "database", "redis", "process", "wait"]


class Limit(NamedTuple):
    """How a call is limited: by which keyword, at which position (from 0), and what family it is of.

    *explicit* calls have a default and wait for ever only where it is taken away by None; *process*
    ones count where they run a network tool or in an asynchronous handler; *wait* ones in handlers.
    """

    keyword: str
    position: int | None
    family: Family


SESSIONS = (
    "requests.Session",
    "requests.session",
    "requests.sessions.Session",
    "requests_oauthlib.OAuth2Session",
    "requests_oauthlib.OAuth1Session",
    "requests_toolbelt.sessions.BaseUrlSession",
    "requests_cache.CachedSession",
    "google.auth.transport.requests.AuthorizedSession",
    "cloudscraper.create_scraper",
)
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_HTTPX = (*_VERBS, "request", "stream")


RESULTS = (".delay().get", ".apply_async().get")
"""What waits for a task's result ends so, whatever the task is."""


def _table() -> dict[str, Limit]:
    table: dict[str, Limit] = {}
    plain = Limit("timeout", None, "requests")
    for module in ("requests", "requests.api"):
        for verb in (*_VERBS, "request"):
            table[f"{module}.{verb}"] = plain
    for session in SESSIONS:
        for verb in _VERBS:
            table[f"{session}().{verb}"] = plain
        table[f"{session}().request"] = Limit("timeout", 8, "requests")
        table[f"{session}().send"] = plain
    for pool in ("PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool"):
        for verb in ("request", "urlopen", "request_encode_url", "request_encode_body"):
            table[f"urllib3.{pool}().{verb}"] = plain
    table["urllib3.request"] = plain
    for module in ("httpx", "httpx._api"):
        for verb in _HTTPX:
            table[f"{module}.{verb}"] = Limit("timeout", None, "explicit")
    for client in ("httpx.Client", "httpx.AsyncClient"):
        table[client] = Limit("timeout", None, "explicit")
        for verb in _HTTPX:
            table[f"{client}().{verb}"] = Limit("timeout", None, "explicit")
    table |= {
        "aiohttp.ClientTimeout": Limit("total", 0, "explicit"),
        "urllib.request.urlopen": Limit("timeout", 2, "stdlib"),
        "urllib.request.build_opener().open": Limit("timeout", 2, "stdlib"),
        "urllib.request.OpenerDirector().open": Limit("timeout", 2, "stdlib"),
        "socket.create_connection": Limit("timeout", 1, "stdlib"),
        "smtplib.SMTP": Limit("timeout", 3, "stdlib"),
        "smtplib.SMTP_SSL": Limit("timeout", None, "stdlib"),
        "smtplib.LMTP": Limit("timeout", None, "stdlib"),
        "ftplib.FTP": Limit("timeout", 4, "stdlib"),
        "ftplib.FTP_TLS": Limit("timeout", None, "stdlib"),
        "http.client.HTTPConnection": Limit("timeout", 2, "stdlib"),
        "http.client.HTTPSConnection": Limit("timeout", None, "stdlib"),
        "telnetlib.Telnet": Limit("timeout", 2, "stdlib"),
        "imaplib.IMAP4": Limit("timeout", 2, "stdlib"),
        "imaplib.IMAP4_SSL": Limit("timeout", None, "stdlib"),
        "poplib.POP3": Limit("timeout", 2, "stdlib"),
        "poplib.POP3_SSL": Limit("timeout", None, "stdlib"),
        "subprocess.Popen().communicate": Limit("timeout", 1, "process"),
        "subprocess.Popen().wait": Limit("timeout", 0, "process"),
    }
    for process in (*AWAITED, AWAITED_PROCESS):
        for waits in ("communicate", "wait"):
            table[f"{process}.{waits}"] = Limit("timeout", None, "process")
    for connect in (
        "psycopg.connect",
        "psycopg.Connection.connect",
        "psycopg.AsyncConnection.connect",
        "psycopg2.connect",
        "MySQLdb.connect",
        "MySQLdb.Connect",
        "MySQLdb.connections.Connection",
    ):
        table[connect] = Limit("connect_timeout", None, "database")
    for pool in ("SimpleConnectionPool", "ThreadedConnectionPool"):
        table[f"psycopg2.pool.{pool}"] = Limit("connect_timeout", None, "database")
    for module in ("redis", "redis.client", "redis.asyncio", "redis.asyncio.client"):
        for name in ("Redis", "StrictRedis", "Redis.from_url", "StrictRedis.from_url", "from_url"):
            table[f"{module}.{name}"] = Limit("socket_timeout", None, "redis")
    for name in ("run", "check_output", "check_call", "call"):
        table[f"subprocess.{name}"] = Limit("timeout", None, "process")
    for future in (
        "concurrent.futures.Future()",
        "concurrent.futures.ThreadPoolExecutor().submit()",
        "concurrent.futures.ProcessPoolExecutor().submit()",
        "concurrent.futures.thread.ThreadPoolExecutor().submit()",
        "asyncio.run_coroutine_threadsafe()",
    ):
        table[f"{future}.result"] = Limit("timeout", 0, "wait")
    for queue in ("queue.Queue", "queue.LifoQueue", "queue.PriorityQueue", "multiprocessing.Queue"):
        table[f"{queue}().get"] = Limit("timeout", 1, "wait")
    for event in ("threading.Event", "multiprocessing.Event", "threading.Condition"):
        table[f"{event}().wait"] = Limit("timeout", 0, "wait")
    for sent in RESULTS:
        table[sent] = Limit("timeout", 0, "wait")
    table["celery.result.AsyncResult().get"] = Limit("timeout", 0, "wait")
    return table


LIMITS = _table()

POOLS = frozenset({"PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool"})
"""Classes of urllib3 whose `timeout` is that of their requests."""

DELEGATES = {"to_thread": 0, "run_in_threadpool": 0, "submit": 0, "run_sync": 0, "run_in_executor": 1}
"""Functions that call another elsewhere with the arguments that follow it, and where it stands."""

TAKE_KEYWORDS = frozenset({"to_thread", "run_in_threadpool", "submit"})
"""Those of them that hand keyword arguments on."""

# Programs that talk to the network whatever they are asked for, and those that do for some words.
NETWORK_TOOLS = frozenset(
    {
        *("curl", "wget", "ssh", "scp", "sftp", "rsync", "ping", "ping6", "nc", "ncat", "telnet", "ftp"),
        *("dig", "nslookup", "whois", "traceroute", "gsutil", "aws", "gcloud", "az", "kubectl", "yt-dlp"),
        *("youtube-dl", "nmap", "rclone", "s3cmd", "skopeo"),
    }
)
# What the command lines of clouds do on the machine itself, or wait for a person with.
_LOCAL_WORDS = frozenset(
    {"config", "auth", "completion", "version", "--version", "help", "-h", "--help", "-V", "-G"}
)
# Options by which a tool limits itself.
_OWN_LIMIT = ("timeout", "--max-time", "--deadline")
# What git asks a remote about; `remote add` and `submodule status` only tell or write down where it is.
_REMOTE_DEEDS = frozenset({"update", "show", "prune"})
NETWORK_SUBCOMMANDS: dict[str, frozenset[str]] = {
    "git": frozenset({"clone", "fetch", "pull", "push", "ls-remote", "submodule", "remote"}),
    "docker": frozenset({"pull", "push", "login"}),
    "podman": frozenset({"pull", "push", "login"}),
    "helm": frozenset({"install", "upgrade", "repo", "pull"}),
    "terraform": frozenset({"init", "apply", "plan"}),
}


def uses_network(words: tuple[str, ...]) -> bool:
    """Whether a command line's words run a program that waits for a peer with no limit of its own."""
    while words and (words[0] in ("sudo", "env", "nohup") or "=" in words[0]):
        words = words[1:]
    if not words:
        return False
    tool = words[0].rpartition("/")[2]
    if any(limit in word.lower() for word in words for limit in _OWN_LIMIT):
        return False
    if tool.startswith("ping") and ("-c" in words or "-w" in words):
        # So many packets, or seconds.
        return False
    if tool in NETWORK_TOOLS:
        return not _LOCAL_WORDS & set(words[1:3])
    subcommands = NETWORK_SUBCOMMANDS.get(tool)
    if subcommands is None:
        return False
    asked = [word for word in words[1:4] if not word.startswith("-")]
    if "remote" in asked and not _REMOTE_DEEDS & set(words):
        return False
    if "submodule" in asked and not {"update", "add"} & set(words):
        return False
    return any(word in subcommands for word in asked)
