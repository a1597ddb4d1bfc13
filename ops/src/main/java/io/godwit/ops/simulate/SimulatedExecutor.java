package io.godwit.ops.simulate;

import io.godwit.executors.ExecutorConfig;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.membership.MembershipProof;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.work.Append;
import io.godwit.executors.work.CommandEngine;
import io.godwit.executors.work.FoldedRegion;
import io.godwit.executors.work.Ledger;
import io.godwit.executors.work.Region;
import io.godwit.executors.work.RegionFold;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;

/**
 * The executor of all segments, which knows the region from the log as a live one does. A process that is killed forgets all
 * but the log; the next one waits out its session, looks where the VMs are, and goes on.
 */
final class SimulatedExecutor {
    private static final String SLOT = "executor-1";

    /** How often it looks after what is under way, beside whenever something happens. */
    private static final long ROUND_MICROS = 100_000;

    private final Agenda agenda;
    private final SimulatedLog log;
    private final ExecutorConfig config;
    private final DataCentre dataCentre;
    private final Region region;
    private final int segments;
    private final long[] floor;
    private final long[] outcomesFloor;
    private final long[] outcomesEnd;
    private Life life;

    /** @param knowledge what it makes of the log; as it is, but where a test plants a fault */
    SimulatedExecutor(
            Agenda agenda,
            SimulatedLog log,
            int segments,
            ExecutorConfig config,
            DataCentre dataCentre,
            UnaryOperator<Region> knowledge) {
        this.agenda = agenda;
        this.log = log;
        this.config = config;
        this.dataCentre = dataCentre;
        this.segments = segments;
        this.floor = new long[segments];
        this.outcomesFloor = new long[segments];
        this.outcomesEnd = new long[segments];
        RegionFold fold = new RegionFold();
        this.region = knowledge.apply(new View(fold, log));
        this.life = new Life();
        for (int segment = 0; segment < segments; segment++) {
            life.engine.assign(segment, new Ledger(0), 0, 0, false);
            log.subscribe(Topic.COMMANDS, segment, this::read);
            log.subscribe(Topic.INVENTORY, segment, fold::take);
            log.subscribe(Topic.HOST_PARTITIONS, segment, fold::take);
            log.subscribe(Topic.CONTROLS, segment, fold::take);
            log.subscribe(Topic.DETECTIONS, segment, fold::take);
            log.subscribe(Topic.OUTCOMES, segment, fold::take);
        }
    }

    private void read(LogRecord record, SpecificRecord event) {
        if (life != null) {
            life.read(record, event);
            life.act();
        }
    }

    /** The process is gone, from now until another one runs in its place. */
    void kill() {
        life.gone = true;
        life = null;
    }

    /** A process that took over: it reads what the log has kept of commands that are open, and of outcomes. */
    void revive(MemoryLog kept) {
        life = new Life();
        for (int segment = 0; segment < segments; segment++) {
            Ledger ledger = new Ledger(outcomesFloor[segment]);
            long end = kept.end(Topic.OUTCOMES, segment);
            kept.scan(List.of(new LogRange(Topic.OUTCOMES, segment, outcomesFloor[segment], end)), record -> {
                ledger.fold(EventCodec.decode(record.value()), record.timestampMillis());
                return true;
            });
            outcomesEnd[segment] = end;
            life.engine.assign(segment, ledger, floor[segment], end, true);
            life.nextOffset[segment] = floor[segment];
            LogRange commands = new LogRange(Topic.COMMANDS, segment, floor[segment], Long.MAX_VALUE);
            Life revived = life;
            kept.scan(List.of(commands), record -> {
                revived.read(record, EventCodec.decode(record.value()));
                return true;
            });
        }
        life.act();
    }

    /** What an executor keeps in memory. */
    private final class Life {
        private final MembershipProof proof = new MembershipProof(config.session(), config.margin());
        private final CommandEngine engine;
        private final long[] nextOffset = new long[segments];
        private boolean gone;
        private boolean rounds;
        private boolean acting;

        Life() {
            engine = new CommandEngine(
                    SLOT,
                    config.limits(),
                    config.patience(),
                    new VirtualHypervisor(dataCentre, this::act),
                    this::fence,
                    region,
                    proof,
                    () -> agenda.nowMicros() * 1000,
                    () -> agenda.nowMicros() / 1000);
        }

        private CompletableFuture<MoveEnd> fence(HostAddress host, BooleanSupplier permitted) {
            if (!permitted.getAsBoolean()) {
                return CompletableFuture.completedFuture(MoveEnd.notMade());
            }
            dataCentre.change(model -> model.fence(host.hostId()));
            return CompletableFuture.completedFuture(MoveEnd.proven("the model has taken its power away"));
        }

        void read(LogRecord record, SpecificRecord event) {
            if (record.offset() < nextOffset[record.segment()]) {
                return; // a consumer goes forward only
            }
            nextOffset[record.segment()] = record.offset() + 1;
            switch (event) {
                case MigrateVm command -> engine.read(record.position(), command);
                case ResumeVm command -> engine.read(record.position(), command);
                case ActOnVm command -> engine.read(record.position(), command);
                case FenceHost command -> engine.read(record.position(), command);
                default -> {} // no command that executors know
            }
        }

        /** Does what can be done now. */
        void act() {
            if (gone || acting) {
                return;
            }
            acting = true;
            proof.offsetsTaken(agenda.nowMicros() * 1000);
            int idle = 0;
            while (idle < 2) { // answers of one step are taken by the next
                List<Append> appends = engine.step();
                idle = appends.isEmpty() ? idle + 1 : 0;
                commit(appends);
            }
            acting = false;
            CommandEngine.Counts counts = engine.counts();
            if (!rounds && counts.queued() + counts.moving() + counts.unclear() > 0) {
                rounds = true;
                agenda.in(ROUND_MICROS, () -> {
                    rounds = false;
                    act();
                });
            }
        }

        private void commit(List<Append> appends) {
            for (int segment :
                    new TreeSet<>(appends.stream().map(Append::segment).toList())) {
                floor[segment] = engine.floorAfter(segment, appends);
                outcomesFloor[segment] = engine.outcomesFloor(segment);
            }
            for (Append append : appends) {
                LogRecord record = log.append(Topic.OUTCOMES, append.segment(), append.hostId(), append.outcome());
                outcomesEnd[append.segment()] = record.offset() + 1;
            }
            engine.committed(appends);
            for (Append append : appends) {
                engine.appendedUpTo(append.segment(), outcomesEnd[append.segment()]);
            }
        }
    }

    /** What the log says of the region. */
    private static final class View extends FoldedRegion {
        private final SimulatedLog log;

        View(RegionFold fold, SimulatedLog log) {
            super(fold);
            this.log = log;
        }

        /** Simulated VMs have none. */
        @Override
        public CompletableFuture<String> definition(Position vmDefined) {
            return CompletableFuture.completedFuture("");
        }

        @Override
        public CompletableFuture<Long> logTimeMicros(int segment) {
            return CompletableFuture.completedFuture(log.newestMillis(Topic.OBSERVATIONS, segment) * 1000);
        }
    }
}
