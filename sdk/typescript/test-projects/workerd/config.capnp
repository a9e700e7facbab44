using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "main",
      worker = ( modules = [(name = "worker", esModule = embed "worker.js")], compatibilityDate = "2026-01-01" ) ),
    # The server of the tests is on this machine, which a worker may not reach by default.
    (name = "internet", network = (allow = ["local", "private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
