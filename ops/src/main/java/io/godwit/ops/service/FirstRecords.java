package io.godwit.ops.service;

import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.ops.cli.EverySegment;
import io.godwit.ops.cli.HostJoins;
import io.godwit.ops.cli.Operator;
import io.godwit.ops.cli.Refused;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Controls;
import io.godwit.schemas.state.Inventory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the log of a site holds before its services act on hosts: those hosts, and a mode. Adds only what is missing. */
public final class FirstRecords {
    /** Whose settings they are, as SettingsAnnounced names them. */
    private static final String SCHEDULERS = "schedulers";

    private FirstRecords() {}

    /**
     * Adds hosts that are not in the inventory, and a mode where there never was one.
     *
     * @param command what adds them, for their reason
     * @return the mode in force
     */
    public static String append(SiteKafka kafka, Log log, List<HostJoins.Wanted> hosts, String mode, String command) {
        HostJoins.append(kafka, HostJoins.inventory(log), log.segments(), hosts, Operator.name(), command);
        Optional<String> inForce = controls(log).mode().map(set -> set.changed().getMode());
        if (inForce.isEmpty()) {
            String reason = mode.equals("auto")
                    ? "first start with simulated hosts"
                    : "first start with real hosts; switch with: godwit site mode auto --reason …";
            EverySegment.append(
                    kafka,
                    Topic.CONTROLS,
                    log.segments(),
                    "mode",
                    new ModeChanged(kafka.site(), mode, Operator.name(), reason));
        }
        return inForce.orElse(mode);
    }

    /** Says which settings decisions are made by from here on, unless the log says the same already. */
    public static void announce(SiteKafka kafka, Log log, DecisionSettings decisions) {
        String json = decisions.toJson();
        SettingsAnnounced before = controls(log).settings().get(SCHEDULERS);
        String known = before == null ? DecisionSettings.DEFAULTS.toJson() : before.getSettings();
        if (!known.equals(json)) {
            EverySegment.append(
                    kafka,
                    Topic.CONTROLS,
                    log.segments(),
                    SCHEDULERS,
                    new SettingsAnnounced(kafka.site(), SCHEDULERS, json, Operator.name()));
        }
    }

    private static Controls controls(Log log) {
        Controls controls = new Controls();
        log.scan(List.of(LogRange.all(Topic.CONTROLS, 0)), record -> {
            try {
                controls.take(record);
            } catch (UnreadableRecord _) {
                // the schedulers tell of it
            }
            return true;
        });
        return controls;
    }

    /** Under which URIs the inventory has hosts. */
    public static Set<String> uris(Log log) {
        return HostJoins.inventory(log).hosts().values().stream()
                .map(entry -> entry.joined().getUri())
                .collect(Collectors.toSet());
    }

    /** The simulated hosts of a fleet, as they stand in the inventory. */
    public static List<HostJoins.Wanted> joins(SimulatedFleet fleet) {
        return fleet.hosts().stream()
                .map(host -> new HostJoins.Wanted(
                        host.hostId(), host.rack(), host.name(), HostAccess.SIMULATED + host.name()))
                .toList();
    }

    /**
     * Refuses a log with simulated hosts that a fleet lacks: nobody would answer for them.
     *
     * @throws Refused with the first such host and the remedy
     */
    public static void refuseOthers(Log log, SiteKafka kafka, SimulatedFleet fleet) {
        Set<String> ours =
                fleet.hosts().stream().map(SimulatedFleet.Host::hostId).collect(Collectors.toSet());
        Inventory inventory = HostJoins.inventory(log);
        inventory.hosts().values().stream()
                .map(Inventory.Entry::joined)
                .filter(host -> host.getUri().startsWith(HostAccess.SIMULATED) && !ours.contains(host.getHostId()))
                .map(HostJoined::getName)
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw new Refused("the log of site " + kafka.site() + " at "
                            + kafka.settings().bootstrap() + " has the simulated host " + name
                            + ", which the " + ours.size() + " hosts of region.yaml lack; give the hosts.hosts,"
                            + " hosts.racks and hosts.trace with which the log was begun, or take another Kafka");
                });
    }
}
