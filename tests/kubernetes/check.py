"""What config/nodes/kubernetes says, against the schemas of Kubernetes, the rules of this house, and the server."""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

import jsonschema
import yaml

SCHEMAS, SERVER = pathlib.Path(sys.argv[1]), sys.argv[2]
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "config/nodes/kubernetes"
VERSIONS = ["v1.28.0-local-strict", "v1.37.0-local-strict"]
WORKLOADS = ["Deployment", "StatefulSet"]

passed = failed = 0
# What all schemas of a version refer to.
shared = {version: json.loads((SCHEMAS / version / "_definitions.json").read_text())
          for version in VERSIONS}


def expect(holds, what):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print("FAILED:", what)


def schema_of(version, document):
    group, _, number = document["apiVersion"].rpartition("/")
    name = document["kind"].lower() + ("-" + group.split(".")[0] if group else "") + "-" + number + ".json"
    schema = json.loads((SCHEMAS / version / name).read_text())
    base = schema.get("$id", "")
    known = {urllib.parse.urljoin(base, "/api/_definitions.json"): shared[version]}
    return jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver(base, schema, store=known))


def mistakes(version, document):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
            for e in schema_of(version, document).iter_errors(document)]


documents = [(file.name, document)
             for file in sorted(FOLDER.glob("*.yaml"))
             for document in yaml.safe_load_all(file.read_text())]
named = {(document["kind"], document["metadata"]["name"]): document for _, document in documents}
secrets = named["Secret", "boxoffice"]["stringData"]
settings = named["ConfigMap", "boxoffice"]["data"]
workloads = [document for _, document in documents if document["kind"] in WORKLOADS]

# --- schemas --------------------------------------------------------------------------------------

expect(len(named) == len(documents), "two documents have the same kind and name")
for version in VERSIONS:
    for file, document in documents:
        found = mistakes(version, document)
        expect(not found, f"{file}, {document['kind']}, {version}: {found}")
    # The schemas are strict: what Kubernetes would drop without a word is a mistake.
    for path, value in [(("spec", "replica"), 2), (("spec", "replicas"), "two"),
                        (("spec", "template", "spec", "containers"), {})]:
        planted = copy.deepcopy(workloads[0])
        at = planted
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        expect(mistakes(version, planted), f"{version} takes {'.'.join(path)} = {value}")

# --- rules of the house ---------------------------------------------------------------------------

for workload in workloads:
    name, spec = workload["metadata"]["name"], workload["spec"]
    labels, pod = spec["template"]["metadata"]["labels"], spec["template"]["spec"]
    container, = pod["containers"]
    expect(spec["selector"]["matchLabels"] == labels, f"{name}: the selector is not the labels")
    expect(spec["replicas"] == 2, f"{name}: one serves, and one stands by")
    expect(re.fullmatch(r".+:\d+\.\d+\.\d+", container["image"]), f"{name}: image without a version")
    for probe, path in [("livenessProbe", "/healthz"), ("readinessProbe", "/readyz"), ("startupProbe", "/healthz")]:
        expect(container[probe]["httpGet"] == {"path": path, "port": "http"}, f"{name}: {probe}")
    expect(pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0, f"{name}: root")
    expect(pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, f"{name}: seccomp")
    expect(container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                            "capabilities": {"drop": ["ALL"]}}, f"{name}: rights")
    # Variables of Services would be unknown settings, if one were called boxoffice.
    expect(pod["enableServiceLinks"] is False, f"{name}: links of services")
    expect(pod["automountServiceAccountToken"] is False, f"{name}: a token of the cluster")
    expect(pod["terminationGracePeriodSeconds"] >= 20, f"{name}: killed before it has released its store")
    expect({mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]},
           f"{name}: volumes and mounts")
    disruption = named["PodDisruptionBudget", name]["spec"]
    expect(disruption["selector"]["matchLabels"] == labels and disruption["maxUnavailable"] == 1, f"{name}: budget")
    service = named["Service", name]["spec"]
    expect(service["selector"] == labels, f"{name}: its Service selects others")
    if workload["kind"] == "StatefulSet":
        expect(spec["serviceName"] == name, f"{name}: another Service")
        expect(service["clusterIP"] == "None" and service["publishNotReadyAddresses"], f"{name}: not headless")

# --- settings -------------------------------------------------------------------------------------


def load(workload, text):
    """How the server ends that reads these settings, and what it says: `release` has nothing to do, and no store to ask."""
    environment = {"PATH": os.environ["PATH"]}
    for variable in workload["spec"]["template"]["spec"]["containers"][0]["env"]:
        environment[variable["name"]] = secrets[variable["valueFrom"]["secretKeyRef"]["key"]]
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch, "settings.toml")
        file.write_text(text)
        ended = subprocess.run([SERVER, "release", "--config", file, "--data-dir", scratch + "/data"],
                               env=environment, capture_output=True, text=True, timeout=30)
        return ended.returncode, ended.stdout + ended.stderr


used = set()
for workload in workloads:
    name = workload["metadata"]["name"]
    arguments = workload["spec"]["template"]["spec"]["containers"][0]["args"]
    expect(arguments[:2] == ["serve", "--config"], f"{name}: {arguments}")
    key = arguments[2].removeprefix("/etc/boxoffice/")
    used.add(key)
    code, said = load(workload, settings[key])
    expect(code == 0, f"{key}: exit code {code}: {said}")
    code, said = load(workload, settings[key] + "\n[cluster.no_such]\nkey = 1\n")
    expect(code == 2 and "no_such" in said, f"{key}: an unknown key is taken: {code}: {said}")
    for peer in re.findall(r'"([^"]+:\d+)"', re.search(r"peers = \[([^]]*)\]", settings[key] + "peers = []").group(1)):
        pod, service, port = re.fullmatch(r"([\w-]+)\.([\w-]+):(\d+)", peer).groups()
        node, number = pod.rsplit("-", 1)
        expect(int(number) < named["StatefulSet", node]["spec"]["replicas"], f"{key}: there is no {pod}")
        ports = [each["port"] for each in named["Service", service]["spec"]["ports"]]
        expect(node == service and int(port) in ports, f"{key}: {peer} is nowhere")
expect(used == set(settings), f"settings that nobody reads: {set(settings) - used}")

# --- the image ------------------------------------------------------------------------------------

lines = re.sub(r"\\\n", " ", (FOLDER / "Containerfile").read_text()).splitlines()
steps = [line.split(None, 1) for line in lines if line.strip() and not line.startswith("#")]
stages = [re.search(r"AS (\w+)", rest).group(1) for word, rest in steps if word == "FROM" and " AS " in rest]
for word, rest in steps:
    expect(word in ["FROM", "RUN", "COPY", "WORKDIR", "USER", "ENTRYPOINT"], f"Containerfile: {word}")
    if word == "FROM":
        expect(re.match(r"docker\.io/library/debian:12-slim( AS \w+)?$", rest), f"Containerfile: {rest}")
    if word == "COPY" and "--from=" in rest:
        expect(re.search(r"--from=(\w+)", rest).group(1) in stages, f"Containerfile: {rest}")
    if word == "RUN":
        told = subprocess.run(["bash", "-n", "-c", rest], capture_output=True, text=True, timeout=30)
        expect(told.returncode == 0, f"Containerfile: {rest}: {told.stderr}")
user = [rest for word, rest in steps if word == "USER"]
expect(user == ["10001:10001"], f"Containerfile: user {user}")

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
