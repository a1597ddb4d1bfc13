package io.godwit.ops.simulate;

import io.godwit.executors.ExecutorConfig;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.membership.MembershipProof;
import io.godwit.executors.migration.Patience;
import io.godwit.executors.work.Append;
import io.godwit.executors.work.CommandEngine;
import io.godwit.executors.work.Ledger;
import io.godwit.executors.work.Region;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecord;

/** One executor for all segments, which knows the region from the log as a live one does. */
final class SimulatedExecutor {
    private static final String SLOT = "executor-1";

    /** How often it looks after what is under way, beside whenever something happens. */
    private static final long ROUND_MICROS = 100_000;

    private final Agenda agenda;
    private final SimulatedLog log;
    private final MembershipProof proof;
    private final CommandEngine engine;
    private final View view;
    private boolean rounds;

    SimulatedExecutor(
            Agenda agenda, SimulatedLog log, int segments, ExecutorConfig config, VirtualHypervisor hypervisor) {
        this.agenda = agenda;
        this.log = log;
        this.proof = new MembershipProof(config.session(), config.margin());
        this.view = new View(log, segments);
        this.engine = new CommandEngine(
                SLOT,
                config.movesPerHost(),
                new Patience(config.moveTimeout(), config.lookPatience(), config.progressPeriod()),
                hypervisor,
                view,
                proof,
                () -> agenda.nowMicros() * 1000,
                () -> agenda.nowMicros() / 1000);
        for (int segment = 0; segment < segments; segment++) {
            engine.assign(segment, new Ledger(), 0, 0, false);
            log.subscribe(Topic.COMMANDS, segment, this::read);
            log.subscribe(Topic.INVENTORY, segment, view::take);
            log.subscribe(Topic.HOST_PARTITIONS, segment, view::take);
            log.subscribe(Topic.CONTROLS, segment, view::take);
        }
    }

    private void read(LogRecord record, SpecificRecord event) {
        if (event instanceof MigrateVm command) {
            engine.read(record.position(), command);
            act();
        }
    }

    /** Does what can be done now; told of answers by their givers. */
    void act() {
        proof.offsetsTaken(agenda.nowMicros() * 1000);
        int idle = 0;
        while (idle < 2) { // answers of one step are taken by the next
            List<Append> appends = engine.step();
            if (appends.isEmpty()) {
                idle++;
            } else {
                idle = 0;
                appends.forEach(
                        append -> log.append(Topic.OUTCOMES, append.segment(), append.hostId(), append.outcome()));
                engine.committed(appends);
            }
        }
        CommandEngine.Counts counts = engine.counts();
        if (!rounds && counts.queued() + counts.moving() + counts.unclear() > 0) {
            rounds = true;
            agenda.in(ROUND_MICROS, () -> {
                rounds = false;
                act();
            });
        }
    }

    /** What the log says of the region. */
    private static final class View implements Region {
        private final Map<String, HostAddress> hosts = new HashMap<>();
        private final Map<String, Long> epochs = new HashMap<>();
        private final SimulatedLog log;
        private final boolean[] off;

        View(SimulatedLog log, int segments) {
            this.log = log;
            off = new boolean[segments];
        }

        void take(LogRecord record, SpecificRecord event) {
            switch (event) {
                case HostJoined joined ->
                    hosts.put(
                            joined.getHostId(),
                            new HostAddress(
                                    joined.getHostId(),
                                    joined.getSite() + "/" + joined.getRack() + "/" + joined.getName(),
                                    joined.getSegment(),
                                    joined.getUri()));
                case ModeChanged changed ->
                    off[record.segment()] = changed.getMode().equals("off");
                case MemberGranted granted -> seen(granted.getLease());
                case PartitionOpened opened -> opened.getMembers().forEach(this::seen);
                default -> {} // of no concern to an executor
            }
        }

        private void seen(Lease lease) {
            epochs.merge(lease.getHostId(), lease.getEpoch(), Math::max);
        }

        @Override
        public Optional<HostAddress> host(String hostId) {
            return Optional.ofNullable(hosts.get(hostId));
        }

        @Override
        public boolean member(String hostId) {
            return hosts.containsKey(hostId);
        }

        @Override
        public long newestEpoch(String hostId) {
            return epochs.getOrDefault(hostId, 0L);
        }

        @Override
        public boolean off(int segment) {
            return off[segment];
        }

        @Override
        public CompletableFuture<Long> logTimeMicros(int segment) {
            return CompletableFuture.completedFuture(log.newestMillis(Topic.OBSERVATIONS, segment) * 1000);
        }
    }
}
