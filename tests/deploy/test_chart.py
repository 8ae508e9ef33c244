"""Test the Helm chart: rendered by Helm itself, each manifest checked against the schemas of Kubernetes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from coralchunk import __version__
from coralchunk.config import VARIABLES

helm = pytest.importorskip("helm_python", reason="Helm is not installed; pip install 'coralchunk[dev]'")
kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="pip install 'coralchunk[dev]'")

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "coralchunk"
# Only the chart is tested: tracing takes longer than that.
pytestmark = pytest.mark.no_cover

CONNECTIONS = {"redisUrl": "redis://valkey:6379/0", "databaseUrl": "postgresql://reef@postgres/reef"}
EVERYTHING: dict[str, Any] = {
    "connections": {"existingSecret": "reef"},
    "storage": {"endpoint": "http://seaweedfs:8333"},
    "settings": {"RESULT_TTL": "3600", "FETCH_URLS": "1"},
    "imagePullSecrets": [{"name": "registry"}],
    "worker": {
        "keda": {
            "enabled": True,
            "address": "valkey:6379",
            "passwordSecret": {"name": "reef", "key": "password"},
        }
    },
    "ingress": {"enabled": True, "tlsSecret": "reef-tls", "annotations": {"cert-manager.io/issuer": "reef"}},
    "serviceMonitor": {"enabled": True},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
}
OWN_KINDS = {"ScaledObject", "TriggerAuthentication", "PodMonitor"}  # of KEDA and of Prometheus' operator


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    chart = helm.Chart.load(CHART)
    texts = chart.render(values, name="reef", namespace="ocean")
    return [one for text in texts.values() for one in yaml.safe_load_all(text) if one]


def of_kind(manifests: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in manifests if one["kind"] == kind}


CASES = [
    pytest.param({"connections": CONNECTIONS}, id="as it comes"),
    pytest.param(EVERYTHING, id="with everything"),
    pytest.param(
        {
            "connections": CONNECTIONS,
            "web": {"autoscaling": {"enabled": False}},
            "networkPolicy": {"enabled": False},
            "podDisruptionBudget": {"enabled": False},
        },
        id="with nothing",
    ),
]


@pytest.mark.parametrize("values", CASES)
@pytest.mark.parametrize("version", ["1.27", "1.37"])
def test_every_manifest_follows_the_schema_of_its_kind(values: dict[str, Any], version: str) -> None:
    manifests = rendered(values)

    for manifest in manifests:
        if manifest["kind"] not in OWN_KINDS:
            kubernetes_validate.validate(manifest, version, strict=True)
    assert {"Deployment", "Job", "Service"} <= {one["kind"] for one in manifests}
    names = [(one["kind"], one["metadata"]["name"]) for one in manifests]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("values", CASES)
def test_no_pod_may_do_more_than_it_needs(values: dict[str, Any]) -> None:
    manifests = rendered(values)

    pods = [one["spec"]["template"]["spec"] for one in manifests if one["kind"] in {"Deployment", "Job"}]
    assert len(pods) == 4
    for pod in pods:
        (container,) = pod["containers"]
        rights = container["securityContext"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert (rights["readOnlyRootFilesystem"], rights["allowPrivilegeEscalation"]) == (True, False)
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert not pod["automountServiceAccountToken"]
        assert {"requests", "limits"} == set(container["resources"])
        assert pod["terminationGracePeriodSeconds"] > 2 * 20  # what the roles need to stop


@pytest.mark.parametrize("values", CASES)
def test_every_setting_of_a_pod_exists(values: dict[str, Any]) -> None:
    known = {*VARIABLES.values(), "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3"}
    for manifest in rendered(values):
        if manifest["kind"] in {"Deployment", "Job"}:
            (container,) = manifest["spec"]["template"]["spec"]["containers"]
            named = [variable["name"] for variable in container["env"]]
            assert set(named) <= known
            assert len(named) == len(set(named))


def test_what_selects_pods_selects_the_pods_of_its_role_alone() -> None:
    manifests = rendered(EVERYTHING)
    labels = {
        name: one["spec"]["template"]["metadata"]["labels"]
        for name, one in of_kind(manifests, "Deployment").items()
    }

    def selected(selector: dict[str, str]) -> set[str]:
        return {name for name, found in labels.items() if selector.items() <= found.items()}

    for name, budget in of_kind(manifests, "PodDisruptionBudget").items():
        assert selected(budget["spec"]["selector"]["matchLabels"]) == {name}
    (service,) = of_kind(manifests, "Service").values()
    assert selected(service["spec"]["selector"]) == {"reef-coralchunk-web"}
    (policy,) = of_kind(manifests, "NetworkPolicy").values()
    assert selected(policy["spec"]["podSelector"]["matchLabels"]) == set(labels)
    (scaler,) = of_kind(manifests, "HorizontalPodAutoscaler").values()
    (keda,) = of_kind(manifests, "ScaledObject").values()
    assert scaler["spec"]["scaleTargetRef"]["name"] == "reef-coralchunk-web"
    assert keda["spec"]["scaleTargetRef"]["name"] == "reef-coralchunk-worker"
    assert "replicas" not in of_kind(manifests, "Deployment")["reef-coralchunk-worker"]["spec"]


def test_keda_counts_the_list_in_which_the_queue_is() -> None:
    from coralchunk.pipeline.records.keys import QUEUE  # noqa: PLC0415

    (keda,) = of_kind(rendered(EVERYTHING), "ScaledObject").values()

    assert keda["spec"]["triggers"][0]["metadata"]["listName"] == QUEUE


def test_the_ingress_takes_the_largest_upload_and_passes_events_on() -> None:
    (ingress,) = of_kind(rendered(EVERYTHING), "Ingress").values()

    told = {name.rpartition("/")[2]: value for name, value in ingress["metadata"]["annotations"].items()}
    assert (told["proxy-body-size"], told["proxy-request-buffering"], told["proxy-buffering"]) == (
        "80m",
        "off",
        "off",
    )
    assert int(told["proxy-read-timeout"]) > 60  # the longest poll


def test_without_connections_the_chart_says_what_is_missing() -> None:
    with pytest.raises(helm.HelmError, match=r"connections\.redisUrl"):
        rendered({})


def test_the_chart_installs_this_version() -> None:
    assert helm.Chart.load(CHART).metadata["appVersion"] == __version__


def test_helm_has_nothing_against_the_chart() -> None:
    report = helm.lint(CHART, {"connections": CONNECTIONS}, strict=True)

    assert report["total_charts_linted"] == 1
    assert report["errors"] == []
