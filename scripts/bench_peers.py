"""The other side of scripts/bench: a simulated Radarr, and the clocks.

    app PORT COUNT                            a Radarr whose history has COUNT grabs; `POST /grab` adds one
    webhooks URL SECRET RATE SECONDS          sends distinct grabs at a constant rate
    burst URL SECRET COUNT                    sends COUNT grabs at once over 16 connections
    arrivals APP_URL HOOK_URL SECRET FEED N   from a webhook to the item in the feed, N times
    starts PROGRAM PORT N                     from the start of the process to `ready`, N times new and N times again

Standard library only. Everything is on 127.0.0.1.
"""

import asyncio, datetime, hashlib, json, os, shutil, statistics, subprocess, sys, tempfile, threading, time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def title(number):
    return f"Bench.Film.{number:05}.2024.1080p.WEB.H264-BENCH"


def info(number):
    """One file of one piece."""
    name = title(number).encode()
    piece = hashlib.sha1(name).digest()
    return b"d6:lengthi16384e4:name%d:%b12:piece lengthi16384e6:pieces20:%be" % (len(name), name, piece)


def torrent(number):
    return b"d8:announce22:http://127.0.0.1:9/ann4:info" + info(number) + b"e"


def download_id(number):
    return hashlib.sha1(info(number)).hexdigest().upper()


class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rows, lock = [], threading.Lock()

    @classmethod
    def add(cls, port, ago_seconds=0):
        with cls.lock:
            number = len(cls.rows) + 1
            at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=ago_seconds)
            data = {"indexer": "Bench", "downloadUrl": f"http://127.0.0.1:{port}/dl/{number}", "size": "16384", "protocol": "2"}
            cls.rows.append({"id": number, "movieId": number, "eventType": "grabbed", "sourceTitle": title(number),
                             "date": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "downloadId": download_id(number), "data": data})
            return number

    def answer(self, body, kind="application/json"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path.startswith("/dl/"):
            return self.answer(torrent(int(self.path[4:])), "application/x-bittorrent")
        if self.path.startswith("/api/v3/history/since"):
            return self.answer(json.dumps(self.rows).encode())
        self.answer(json.dumps({"page": 1, "totalRecords": 0, "records": []}).encode())

    def do_POST(self):
        self.answer(str(self.add(self.server.server_port)).encode())

    def log_message(self, *_):
        pass


def app(port, count):
    for _ in range(int(count)):
        App.add(int(port), ago_seconds=3600)
    ThreadingHTTPServer(("127.0.0.1", int(port)), App).serve_forever()


def webhook(number):
    release = {"releaseTitle": title(number), "indexer": "Bench", "size": 16384}
    return json.dumps({"eventType": "Grab", "downloadId": download_id(number), "movie": {"id": number, "title": "Film"},
                       "release": release}).encode()


def request(url, secret, body):
    parts = urlsplit(url)
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Webhook-Token: {secret}\r\n"
    return (head + f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


async def send_all(url, secret, first, count, rate):
    """Sends on 16 connections. A delay is counted from the moment at which the webhook was due, so that a stall of the
    service delays all that were due during it, as it would delay the apps."""
    parts, waits, bad = urlsplit(url), [], 0
    idle = asyncio.Queue()
    for _ in range(16):
        idle.put_nowait(await asyncio.open_connection(parts.hostname, parts.port))

    async def send(number, due):
        nonlocal bad
        connection = reader, writer = await idle.get()
        writer.write(request(url, secret, webhook(number)))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        waits.append((time.perf_counter() - due) * 1000)
        bad += not head.startswith(b"HTTP/1.1 200")
        idle.put_nowait(connection)

    begun, sent = time.perf_counter(), []
    for number in range(count):
        due = begun + (number / rate if rate else 0)
        await asyncio.sleep(max(0, due - time.perf_counter()))
        sent.append(asyncio.create_task(send(first + number, due)))
    await asyncio.gather(*sent)
    waits.sort()
    at = lambda part: waits[min(len(waits) - 1, int(len(waits) * part))]
    took = time.perf_counter() - begun
    print(f"{count} webhooks in {took:.2f} s ({count / took:.0f}/s), {bad} not 200: "
          f"p50 {at(.5):.1f} ms, p99 {at(.99):.1f} ms, worst {waits[-1]:.1f} ms")


def webhooks(url, secret, rate, seconds):
    asyncio.run(send_all(url, secret, 100_000, int(rate) * int(seconds), int(rate)))


def burst(url, secret, count):
    asyncio.run(send_all(url, secret, 500_000, int(count), None))


def arrivals(app_url, hook_url, secret, feed, count):
    took = []
    for _ in range(int(count)):
        number = int(urllib.request.urlopen(f"{app_url}/grab", data=b"").read())
        begun = time.perf_counter()
        headers = {"X-Webhook-Token": secret, "Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(hook_url, webhook(number), headers)).read()
        while title(number).encode() not in urllib.request.urlopen(feed).read():
            if time.perf_counter() - begun > 60:
                sys.exit("the item did not come")
            time.sleep(0.01)
        took.append(time.perf_counter() - begun)
    print(f"{count} times: median {statistics.median(took):.2f} s, worst {max(took):.2f} s")


def start(program, port, folder):
    """Milliseconds until `ready`; the process is ended by SIGTERM."""
    environment = {**os.environ, "GRABFEED__SERVER__PORT": port, "GRABFEED__SERVER__HOST": "127.0.0.1"}
    begun = time.perf_counter()
    process = subprocess.Popen([program, "--data", folder, "serve"], env=environment, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begun < 20:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1).read()
                return (time.perf_counter() - begun) * 1000
            except OSError:
                time.sleep(0.001)
        sys.exit("the service did not become ready")
    finally:
        process.terminate()
        process.wait(20)


def starts(program, port, count):
    new, again = [], []
    for _ in range(int(count)):
        folder = tempfile.mkdtemp()
        new.append(start(program, port, folder))
        again.append(start(program, port, folder))
        shutil.rmtree(folder)
    for name, took in (("new database", new), ("existing database", again)):
        print(f"{name}: median {statistics.median(took):.0f} ms, worst {max(took):.0f} ms")


if __name__ == "__main__":
    commands = {call.__name__: call for call in (app, webhooks, burst, arrivals, starts)}
    commands[sys.argv[1]](*sys.argv[2:])
