package io.godwit.ops.cli;

import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Rules;
import io.godwit.schemas.state.Vm;
import io.godwit.schemas.units.ByteSize;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The state of a region as rows to print: short values for tables come first, whole ones for JSON and YAML beside them. */
final class StateRows {
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private static final int NAMED_MAX = 8;

    private final Rules rules;
    private final Detections detections;
    private final Map<String, String> hostNames;
    private final Map<String, String> vmNames;
    private final Set<String> drained;
    private final ZoneId zone;

    StateRows(RegionState state, ZoneId zone) {
        this.rules = state.rules();
        this.detections = state.detections();
        this.hostNames = state.hosts().stream().collect(Collectors.toMap(Host::id, Host::label));
        this.vmNames = state.inventory().definitions().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().definition().getName()));
        this.drained = state.hosts().stream()
                .map(Host::id)
                .filter(id -> state.requests().drain(id).isPresent())
                .collect(Collectors.toSet());
        this.zone = zone;
    }

    Map<String, Object> host(Host host) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("host", host.label());
        row.put("id", host.id());
        row.put("state", hostState(host));
        row.put("segment", host.segment());
        row.put(
                "cpu",
                host.sample()
                                .map(Host.Sample::cpuDemandMillicores)
                                .map(Object::toString)
                                .orElse("-") + " of " + host.cpuCapacityMillicores() + " mc");
        row.put(
                "memory",
                host.sample()
                                .map(sample -> new ByteSize(sample.memoryUsedBytes()).toString())
                                .orElse("-") + " of " + new ByteSize(host.memoryCapacityBytes()));
        row.put("vms", host.vms().size());
        row.put("sampled", host.sample().map(sample -> time(sample.at())).orElse("never"));
        row.put(
                "position",
                host.sample().map(sample -> WhyChain.place(sample.position())).orElse(""));
        row.put("uri", host.uri());
        row.put("cpuCapacityMillicores", host.cpuCapacityMillicores());
        row.put(
                "cpuDemandMillicores",
                host.sample().map(Host.Sample::cpuDemandMillicores).orElse(null));
        row.put(
                "cpuUsedMillicores",
                host.sample().map(Host.Sample::cpuUsedMillicores).orElse(null));
        row.put("memoryCapacityBytes", host.memoryCapacityBytes());
        row.put(
                "memoryUsedBytes",
                host.sample().map(Host.Sample::memoryUsedBytes).orElse(null));
        row.put("cpuModel", host.cpuModel());
        row.put("heldBy", host.heldBy().orElse(null));
        row.put("joined", time(host.joined()));
        row.put("vmIds", host.vms());
        return row;
    }

    Map<String, Object> vm(Vm vm) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("vm", vm.name());
        row.put("id", vm.id());
        row.put("host", hostName(vm.hostId()));
        row.put("state", CommonOptions.lower(vm.state()));
        row.put("cpu", vm.cpuDemandMillicores() + " mc");
        row.put("memory", new ByteSize(vm.memoryBytes()).toString());
        row.put("dirtyRate", vm.dirtyBytesPerSecond() < 0 ? "-" : new ByteSize(vm.dirtyBytesPerSecond()) + "/s");
        row.put("since", vm.since().map(this::time).orElse("-"));
        row.put("sampled", vm.observed().map(this::time).orElse("never"));
        row.put("vcpus", vm.vcpus());
        row.put("cpuDemandMillicores", vm.cpuDemandMillicores());
        row.put("cpuUsedMillicores", vm.cpuUsedMillicores());
        row.put("memoryBytes", vm.memoryBytes());
        row.put("dirtyBytesPerSecond", vm.dirtyBytesPerSecond() < 0 ? null : vm.dirtyBytesPerSecond());
        return row;
    }

    Map<String, Object> detection(Detections.Detection detection) {
        var began = detection.began();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("since", time(began.getSince()));
        row.put("kind", CommonOptions.lower(began.getKind()));
        row.put("subject", subject(began.getHostId(), Optional.ofNullable(began.getVmId())));
        row.put(
                "measured",
                began.getMetric() + " " + began.getValue() + " of " + began.getThreshold() + " " + began.getUnit());
        row.put(
                "ended",
                detection
                        .ended()
                        .map(ended -> "after " + seconds(Duration.between(began.getSince(), ended.getUntil())))
                        .orElse("open"));
        row.put("rule", began.getRule() + " v" + began.getRuleVersion());
        DetectionTerms terms = began.getTerms();
        if (terms != null) { // a rule of an operator
            row.put("severity", CommonOptions.lower(terms.getSeverity()));
            row.put("owner", terms.getOwner());
            row.put("action", CommonOptions.lower(terms.getAction()));
            row.put("mode", CommonOptions.lower(terms.getMode()));
        }
        row.put("id", began.getId());
        row.put("position", WhyChain.place(detection.position()));
        return row;
    }

    Map<String, Object> migration(Migrations.Migration migration) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("commanded", migration.commanded().map(this::time).orElse("-"));
        row.put("id", migration.id());
        row.put(
                "vm",
                migration.command().map(command -> vmName(command.getVmId())).orElse("-"));
        row.put(
                "source",
                migration
                        .command()
                        .map(command -> hostName(command.getSourceHostId()))
                        .orElse("-"));
        row.put(
                "target",
                migration
                        .command()
                        .map(command -> hostName(command.getTargetHostId()))
                        .orElse("-"));
        row.put("state", stage(migration));
        row.put("took", migration.durationMillis() < 0 ? "-" : seconds(Duration.ofMillis(migration.durationMillis())));
        row.put("downtimeMillis", migration.downtimeMillis() < 0 ? null : migration.downtimeMillis());
        row.put("transferredBytes", migration.transferredBytes() < 0 ? null : migration.transferredBytes());
        row.put("percent", migration.percent());
        row.put(
                "because",
                migration.command().map(command -> command.getReason()).orElse(""));
        row.put("executor", migration.executor());
        row.put("reason", migration.reason());
        row.put("detail", migration.detail());
        row.put("position", migration.position().map(WhyChain::place).orElse(""));
        row.put("resumption", migration.resumption().map(this::resumption).orElse(null));
        return row;
    }

    private Map<String, Object> resumption(Migrations.Resumption resumption) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", resumption.command().getCommandId());
        row.put("state", CommonOptions.lower(resumption.stage()));
        row.put("ended", resumption.ended().map(this::time).orElse(null));
        row.put("executor", resumption.executor());
        row.put("reason", resumption.reason());
        row.put("detail", resumption.detail());
        row.put("position", WhyChain.place(resumption.position()));
        return row;
    }

    /** How far a migration is, and its VM where that was to arrive paused. */
    static String stage(Migrations.Migration migration) {
        String stage = CommonOptions.lower(migration.stage());
        boolean paused = migration.stage() == Migrations.Stage.SUCCEEDED
                && migration.command().map(MigrateVm::getStaysPaused).orElse(false);
        if (!paused) {
            return stage;
        }
        return stage
                + switch (migration
                        .resumption()
                        .map(Migrations.Resumption::stage)
                        .orElse(Migrations.Stage.COMMANDED)) {
                    case SUCCEEDED -> ", resumed";
                    case COMMANDED, ACCEPTED -> ", paused";
                    case FAILED, REFUSED, ABORTED -> ", not resumed";
                };
    }

    Map<String, Object> rule(Rules.Version version) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("rule", version.deployed().getRule());
        row.put("version", version.deployed().getVersion());
        row.put("state", standing(version));
        row.put("origin", version.deployed().getBuiltIn() ? "built in" : "operator");
        row.put("at", time(version.at()));
        row.put("by", version.deployed().getAuthor());
        row.put("reason", version.deployed().getReason());
        row.put("lookBack", version.deployed().getLookBackSeconds() + " s");
        if (!version.deployed().getBuiltIn()) {
            putTerms(row, version.deployed().getText());
        }
        version.retired().ifPresent(retired -> {
            row.put("retiredBy", retired.getAuthor());
            row.put("retiredReason", retired.getReason());
        });
        List<RuleQuarantined> where = quarantined(version);
        if (!where.isEmpty()) {
            row.put("quarantine", where.getFirst().getReason());
            row.put(
                    "quarantinedSegments",
                    where.stream().map(RuleQuarantined::getSegment).toList());
        }
        return row;
    }

    /** What the header lets detections do; nothing of a text that this build refuses. */
    private static void putTerms(Map<String, Object> row, String text) {
        try {
            RuleHeader header = RuleHeader.parse(text);
            row.put("mode", header.draws() ? CommonOptions.lower(header.terms().getMode()) : "off");
            row.put("action", CommonOptions.lower(header.terms().getAction()));
            row.put("severity", CommonOptions.lower(header.terms().getSeverity()));
            row.put("owner", header.terms().getOwner());
        } catch (RuleRefused ofAnotherBuild) {
            row.put("mode", "refused");
        }
    }

    private String standing(Rules.Version version) {
        if (version.retired().isPresent() || rules.superseded(version)) {
            return version.retired().isPresent() ? "retired" : "superseded";
        }
        int segments = quarantined(version).size();
        return segments == 0 ? "live" : "quarantined in " + segments + (segments == 1 ? " segment" : " segments");
    }

    private List<RuleQuarantined> quarantined(Rules.Version version) {
        return detections.quarantined(
                version.deployed().getRule(), version.deployed().getVersion());
    }

    /** One constraint as people know its VMs and hosts; long sets are cut. */
    String constraint(Constraint constraint) {
        Form form = Form.of(constraint);
        Stream<List<String>> vms = form.vms().stream().map(set -> named(set, this::vmName));
        Stream<List<String>> hosts = form.hosts().stream().map(set -> named(set, this::hostName));
        return Stream.concat(vms, hosts)
                .map(names -> String.join(" ", names))
                .collect(Collectors.joining(", ", form.word().word() + "(", ")"));
    }

    private static List<String> named(List<String> ids, UnaryOperator<String> name) {
        List<String> names =
                new ArrayList<>(ids.stream().limit(NAMED_MAX).map(name).toList());
        if (ids.size() > NAMED_MAX) {
            names.add("…");
        }
        return names;
    }

    String hostName(String id) {
        return hostNames.getOrDefault(id, id);
    }

    String vmName(String id) {
        return vmNames.getOrDefault(id, id);
    }

    ZoneId zone() {
        return zone;
    }

    String time(Instant moment) {
        return time(moment, zone);
    }

    static String time(Instant moment, ZoneId zone) {
        return LOCAL.format(moment.truncatedTo(ChronoUnit.MILLIS).atZone(zone));
    }

    private String subject(String hostId, Optional<String> vmId) {
        return vmId.map(vm -> vmName(vm) + " on " + hostName(hostId)).orElseGet(() -> hostName(hostId));
    }

    String hostState(Host host) {
        if (host.crash().isPresent()) {
            return "crashed";
        } else if (host.lost().isPresent()) {
            return "not reached";
        } else if (host.sample().isEmpty()) {
            return "never seen";
        } else if (drained.contains(host.id())) {
            return "drained";
        }
        return host.sample().get().cpuDemandMillicores() > host.cpuCapacityMillicores() ? "overloaded" : "ok";
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
