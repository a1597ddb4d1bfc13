package io.godwit.executors.simulated;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.VmState;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A data centre whose migrations end when the test says so. */
public final class FakeDataCentre implements DataCentre {
    private final Set<String> fenced = new TreeSet<>();
    public static final long SWITCHED_AFTER_MILLIS = 700;

    private final Map<String, String> hostOfVm = new TreeMap<>();
    private final Set<String> lost = new HashSet<>();
    private final Set<String> paused = new HashSet<>();
    private final Set<String> switched = new HashSet<>();
    private final Map<String, Running> migrations = new LinkedHashMap<>();

    private record Running(MigrationAsk ask, CompletableFuture<MigrationResult> end) {}

    public synchronized void place(String vmId, String hostId) {
        hostOfVm.put(vmId, hostId);
    }

    public synchronized void pause(String vmId) {
        paused.add(vmId);
    }

    public synchronized void lose(String hostId) {
        lost.add(hostId);
    }

    public synchronized String hostOf(String vmId) {
        return hostOfVm.get(vmId);
    }

    /** Migrations that were ever begun, by command. */
    public synchronized Set<String> begun() {
        return Set.copyOf(migrations.keySet());
    }

    /** How a migration was asked for. */
    public synchronized MigrationAsk asked(String commandId) {
        return migrations.get(commandId).ask();
    }

    /** Migrations that were asked to go on by post-copy. */
    public synchronized Set<String> switched() {
        return Set.copyOf(switched);
    }

    public synchronized void finish(String commandId) {
        Running running = migrations.get(commandId);
        hostOfVm.put(running.ask().vmId(), running.ask().targetHostId());
        if (running.ask().staysPaused()) {
            paused.add(running.ask().vmId());
        }
        running.end()
                .complete(new MigrationResult(
                        true, "", 9_200, 31, 1 << 30, switched.contains(commandId) ? SWITCHED_AFTER_MILLIS : -1));
    }

    public synchronized void fail(String commandId, String why) {
        migrations.get(commandId).end().complete(new MigrationResult(false, why, 10, -1, 0, -1));
    }

    @Override
    public synchronized CompletableFuture<MigrationResult> migrate(MigrationAsk ask) {
        return migrations
                .computeIfAbsent(ask.commandId(), _ -> new Running(ask, new CompletableFuture<>()))
                .end()
                .copy();
    }

    @Override
    public synchronized void startPostCopy(String commandId) {
        switched.add(commandId);
    }

    @Override
    public synchronized String act(ActionKind action, String vmId, String hostId) {
        if (!hostId.equals(hostOfVm.get(vmId))) {
            return "no domain " + vmId + " on " + hostId;
        }
        switch (action) {
            case RESUME -> paused.remove(vmId);
            case SUSPEND -> paused.add(vmId);
            case START, STOP, SAVE, SNAPSHOT, RESTORE, REMOVE, MIGRATE, FENCE, UNKNOWN -> {
                return "cannot " + action;
            }
        }
        return "";
    }

    @Override
    public synchronized void fence(String hostId) {
        fenced.add(hostId);
    }

    public synchronized Set<String> fenced() {
        return Set.copyOf(fenced);
    }

    @Override
    public synchronized void cancel(String commandId) {
        fail(commandId, "operation aborted");
    }

    @Override
    public synchronized Optional<MigrationProgress> progress(String commandId) {
        return Optional.ofNullable(migrations.get(commandId))
                .map(running ->
                        new MigrationProgress(50, 1 << 20, running.end().isDone(), switched.contains(commandId), 0));
    }

    @Override
    public synchronized Map<String, VmState> where(String vmId) {
        String host = hostOfVm.get(vmId);
        return host == null || lost.contains(host)
                ? Map.of()
                : Map.of(host, paused.contains(vmId) ? VmState.PAUSED : VmState.RUNNING);
    }

    @Override
    public synchronized long roundTripMicros(String fromId, String toHostId) throws HostUnreachable {
        if (lost.contains(toHostId)) {
            throw new HostUnreachable(toHostId + " is lost");
        }
        return 200;
    }

    @Override
    public HostReading read(String hostId) throws HostUnreachable {
        throw new HostUnreachable("not asked for here");
    }

    @Override
    public HostDescription describe(String hostId) throws HostUnreachable {
        throw new HostUnreachable("not asked for here");
    }

    @Override
    public Listening listen(String hostId, Consumer<HostEvent> events) {
        return () -> {};
    }

    @Override
    public void close() {}
}
