package io.godwit.executors.work;

import io.godwit.executors.fencing.Fencer;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.membership.MembershipProof;
import io.godwit.executors.migration.Grounds;
import io.godwit.executors.migration.Migration;
import io.godwit.executors.migration.MigrationCommand;
import io.godwit.executors.migration.MigrationEvent;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.Objection;
import io.godwit.executors.migration.Order;
import io.godwit.executors.migration.Patience;
import io.godwit.executors.work.SegmentWork.Job;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ResumeVm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Carries out the commands of the segments that this process owns. Each step decides what can be decided, begins the calls
 * whose permission is in the log, and returns what must be appended; a decision that the log must know holds only when
 * {@link #committed} says so. Answers of hosts come from other threads and wait for the next step. One thread uses it.
 */
public final class CommandEngine {
    private static final long LOOK_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /**
     * How long a hand-over, or libvirt's own tidying up, may look like something broken; doubled between attempts to mend it,
     * as libvirt may hold the domain for good.
     */
    private static final long MEND_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long MEND_PAUSE_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

    /** Periods of reports that are let pass where a host does not tell. */
    private static final int PROGRESS_SKIPPED_MAX = 7;

    /** How long a command for a host that the inventory does not show is kept, as the inventory comes by another way. */
    private static final long UNKNOWN_HOST_MILLIS = 2000;

    private final String executor;
    private final Limits limits;
    private final Patience patience;
    private final Hypervisor hypervisor;
    private final HostCalls hosts;
    private final Moves moves;
    private final Region region;
    private final MembershipProof proof;
    private final LongSupplier nanos;
    private final LongSupplier millis;

    private final TreeMap<Integer, SegmentWork> segments = new TreeMap<>();
    private final Map<String, Long> commandEpochs = new HashMap<>();
    private final ConcurrentLinkedQueue<Runnable> answers = new ConcurrentLinkedQueue<>();

    /** Calls of this process that have not come back: when begun, by command. They outlive a segment that goes and comes. */
    private final Map<String, Long> calls = new HashMap<>();

    /** How such calls ended while their segment was not ours. */
    private final Map<String, MoveEnd> cameBack = new HashMap<>();

    private List<Append> pending = new ArrayList<>();

    private final Leftovers leftovers = new Leftovers();

    /**
     * @param executor slot, as outcomes tell it
     * @param nanos monotonic clock
     * @param millis wall clock, for durations that are told
     */
    public CommandEngine(
            String executor,
            Limits limits,
            Patience patience,
            Hypervisor hypervisor,
            Fencer fencer,
            Region region,
            MembershipProof proof,
            LongSupplier nanos,
            LongSupplier millis) {
        this.executor = executor;
        this.limits = limits;
        this.patience = patience;
        this.hypervisor = hypervisor;
        this.hosts = new HostCalls(hypervisor, fencer, region);
        this.moves = new Moves(region, patience, limits);
        this.region = region;
        this.proof = proof;
        this.nanos = nanos;
        this.millis = millis;
    }

    /**
     * Takes up a segment. Its commands follow, from the position on.
     *
     * @param outcomesEnd offset of outcomes up to which the ledger was folded
     * @param foreign whether another process may still be at its accepted commands: then they are left alone for a session
     *     and a margin
     */
    public void assign(int segment, Ledger ledger, long position, long outcomesEnd, boolean foreign) {
        revoke(segment);
        long touchable = nanos.getAsLong() + (foreign ? proof.successorWait().toNanos() : 0);
        segments.put(segment, new SegmentWork(segment, ledger, position, outcomesEnd, touchable));
        ledger.lost().forEach(lost -> moves.cleanUp(lost).ifPresent(move -> leftovers.suspect(segment, move)));
    }

    /** Lets go of a segment at once; running migrations go on, and their next owner adopts them. */
    public void revoke(int segment) {
        SegmentWork work = segments.remove(segment);
        if (work != null) {
            work.open().forEach(job -> job.ours = false);
            pending.removeIf(append -> append.segment() == segment);
            leftovers.revoke(segment);
        }
    }

    /** A command of the log. Read again, or written twice, it changes nothing. */
    public void read(Position position, MigrateVm command) {
        if (owns(position.getSegment())) {
            commandEpochs.merge(command.getSourceHostId(), command.getSourceEpoch(), Math::max);
            commandEpochs.merge(command.getTargetHostId(), command.getTargetEpoch(), Math::max);
            read(new Order.ToMove(command, position, millis.getAsLong()));
        }
    }

    /** As for a move. */
    public void read(Position position, ActOnVm command) {
        if (owns(position.getSegment())) {
            commandEpochs.merge(command.getHostId(), command.getEpoch(), Math::max);
            read(new Order.ToAct(command, position, millis.getAsLong()));
        }
    }

    /** As for a move. */
    public void read(Position position, FenceHost command) {
        if (owns(position.getSegment())) {
            commandEpochs.merge(command.getHostId(), command.getEpoch(), Math::max);
            read(new Order.ToFence(command, position, millis.getAsLong()));
        }
    }

    /** As for a move. */
    public void read(Position position, ResumeVm command) {
        if (owns(position.getSegment())) {
            commandEpochs.merge(command.getHostId(), command.getEpoch(), Math::max);
            read(new Order.ToResume(command, position, millis.getAsLong()));
        }
    }

    private void read(Order order) {
        Position position = order.position();
        SegmentWork work = segments.get(position.getSegment());
        long offset = position.getOffset();
        work.readUpTo(offset + 1);
        String id = order.commandId();
        if (work.ledger.ended(id) || work.ledger.acceptedAtMillis(id) != null) {
            work.known(offset);
        }
        if (work.ledger.ended(id)
                || work.open().stream().anyMatch(job -> job.commandId().equals(id))) {
            return;
        }
        work.add(new Job(position.getSegment(), offset, work.outcomesEnd(), stateOf(order, work), nanos.getAsLong()));
    }

    /** A record of the commands that is none; it is passed over. */
    public void skip(int segment, long offset) {
        SegmentWork work = segments.get(segment);
        if (work != null) {
            work.readUpTo(offset + 1);
        }
    }

    /** Does what can be done now and returns what must be appended for the rest to hold. */
    public List<Append> step() {
        for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
            answer.run();
        }
        admit();
        leftovers.sweep(
                hypervisor,
                nanos.getAsLong(),
                (segment, vmId) -> owns(segment) && !isMoving(vmId),
                () -> proof.holds(nanos.getAsLong()));
        for (SegmentWork work : segments.values()) {
            for (Job job : List.copyOf(work.open())) {
                if (!job.telling) {
                    advance(work, job);
                }
            }
        }
        return List.copyOf(pending);
    }

    /** The records of the last step are committed: what they say holds. */
    public void committed(List<Append> appended) {
        for (Append append : appended) {
            pending.remove(append);
            find(append.segment(), append.commandId()).ifPresent(job -> {
                job.telling = false;
                apply(job, append.event());
            });
        }
    }

    /** Outcomes of ours reach up to this offset. */
    public void appendedUpTo(int segment, long nextOutcome) {
        SegmentWork work = segments.get(segment);
        if (work != null) {
            work.appendedUpTo(nextOutcome);
        }
    }

    /** Offset to commit for a segment with these records: below it every command has its final outcome then. */
    public long floorAfter(int segment, List<Append> appends) {
        Set<String> ending = appends.stream()
                .filter(append -> append.event() instanceof MigrationEvent.Final)
                .map(Append::commandId)
                .collect(Collectors.toSet());
        return segments.get(segment).floorWithout(ending);
    }

    /** Offset of outcomes from which a successor must fold to know the open commands. */
    public long outcomesFloor(int segment) {
        return segments.get(segment).outcomesFloor();
    }

    public boolean owns(int segment) {
        return segments.containsKey(segment);
    }

    public List<Integer> owned() {
        return List.copyOf(segments.keySet());
    }

    /** How many commands stand where. */
    public Counts counts() {
        int queued = 0;
        int moving = 0;
        int unclear = 0;
        for (SegmentWork work : segments.values()) {
            for (Job job : work.open()) {
                switch (job.state) {
                    case Migration.Queued _ -> queued++;
                    case Migration.Accepted _, Migration.Copying _ -> moving++;
                    case Migration.Inherited _, Migration.Ending _ -> unclear++;
                    case Migration.Ended _ -> {}
                }
            }
        }
        long late = nanos.getAsLong() - patience.move().multipliedBy(2).toNanos();
        int hung = Math.toIntExact(
                calls.values().stream().filter(since -> since - late < 0).count());
        return new Counts(queued, moving, unclear, hung);
    }

    /**
     * Open commands.
     *
     * @param unclear accepted, and where the VM is must be seen yet
     * @param hung native calls that did not come back within twice the time a move may take
     */
    public record Counts(int queued, int moving, int unclear, int hung) {}

    private Migration stateOf(Order order, SegmentWork work) {
        Long acceptedAt = work.ledger.acceptedAtMillis(order.commandId());
        if (acceptedAt == null) {
            return new Migration.Queued(order, order.readAtMillis());
        }
        if (calls.containsKey(order.commandId())) { // the segment went and came back while our call ran
            return new Migration.Copying(order, acceptedAt, order.readAtMillis(), order.readAtMillis(), false, false);
        }
        MoveEnd end = cameBack.remove(order.commandId());
        return end == null
                ? new Migration.Inherited(order, acceptedAt, 0)
                : new Migration.Ending(order, acceptedAt, end, order.readAtMillis(), false);
    }

    private boolean isMoving(String vmId) {
        return segments.values().stream()
                .flatMap(work -> work.open().stream())
                .anyMatch(job -> job.state.order().vmId().equals(vmId));
    }

    private void admit() {
        Admission admission = new Admission(limits, moves::rackOf);
        List<Order> waiting = new ArrayList<>();
        for (SegmentWork work : segments.values()) {
            for (Job job : work.open()) {
                Order order = job.state.order();
                if (!(order instanceof Order.ToMove)) {
                    job.admitted = true; // it takes no link and waits for nobody
                } else if (job.state instanceof Migration.Queued && !job.admitted) {
                    waiting.add(order);
                } else {
                    admission.underWay(order);
                }
            }
        }
        for (Order order : admission.next(waiting)) {
            find(order.position().getSegment(), order.commandId()).ifPresent(job -> job.admitted = true);
        }
    }

    private void advance(SegmentWork work, Job job) {
        long now = nanos.getAsLong();
        switch (job.state) {
            case Migration.Queued queued
            when !job.admitted ->
                decide(
                        job,
                        new MigrationCommand.Wait(
                                "queued: its hosts have " + limits.perHost() + " moves, or its link "
                                        + limits.perLink(),
                                millis.getAsLong()));
            case Migration.Queued queued -> weigh(job, queued.order());
            case Migration.Accepted accepted -> call(job, accepted.order());
            case Migration.Copying copying -> follow(job, copying, now);
            case Migration.Inherited _ when now - work.touchableAtNanos < 0 -> {}
            case Migration.Inherited inherited -> look(job, inherited.order(), now);
            case Migration.Ending ending -> look(job, ending.order(), now);
            case Migration.Ended _ -> {}
        }
    }

    private void weigh(Job job, Order order) {
        long now = nanos.getAsLong();
        if (job.asking || now - job.nextLookNanos < 0 || waitsForInventory(order)) {
            return;
        }
        // without log time first: a refusal that needs none spares the look at the hosts
        decide(job, new MigrationCommand.Weigh(grounds(job, order, 0)));
        Optional<Move> move = moves.of(order);
        if (job.telling || move.isEmpty()) {
            return;
        }
        job.asking = true;
        job.nextLookNanos = now + LOOK_PAUSE_NANOS;
        CompletableFuture<Optional<Objection>> objection = hosts.objection(order, move.get());
        CompletableFuture<Long> logTime = region.logTimeMicros(job.segment);
        hosts.where(order, move.get())
                .thenCombine(objection, (seen, against) -> (LongFunction<MigrationCommand>) time ->
                        new MigrationCommand.Begin(grounds(job, order, time), seen, against, millis.getAsLong()))
                .thenCombine(logTime, (begin, time) -> answer(job, () -> decide(job, begin.apply(time))))
                .exceptionally(_ -> answer(job, () -> {})); // the broker is away; asked again
    }

    private boolean waitsForInventory(Order order) {
        boolean known = region.member(order.sourceHostId()) && region.member(order.targetHostId());
        return !known && millis.getAsLong() - order.readAtMillis() < UNKNOWN_HOST_MILLIS;
    }

    private Grounds grounds(Job job, Order order, long logTimeMicros) {
        return new Grounds(
                region.member(order.sourceHostId()),
                region.member(order.targetHostId()),
                oldestEpoch(order.sourceHostId()),
                oldestEpoch(order.targetHostId()),
                logTimeMicros,
                region.off(job.segment));
    }

    private long oldestEpoch(String hostId) {
        return Math.max(region.oldestEpoch(hostId), commandEpochs.getOrDefault(hostId, 0L));
    }

    private void call(Job job, Order order) {
        Optional<Move> move = moves.of(order);
        if (move.isEmpty() || !proof.holds(nanos.getAsLong())) {
            return; // a broker that is silent proves nothing: nothing is begun until it answers
        }
        decide(job, new MigrationCommand.Start(millis.getAsLong()));
        startCall(job, order, hosts.begin(order, move.get(), permission(job)));
    }

    private void startCall(Job job, Order order, CompletableFuture<MoveEnd> call) {
        String id = order.commandId();
        calls.put(id, nanos.getAsLong());
        call.thenAccept(end -> answers.add(() -> returned(job.segment, id, end)))
                .exceptionally(broken -> {
                    answers.add(() -> returned(job.segment, id, MoveEnd.failed(broken.toString())));
                    return null;
                });
    }

    private void returned(int segment, String commandId, MoveEnd end) {
        calls.remove(commandId);
        Optional<Job> current = find(segment, commandId);
        if (current.isPresent() && current.get().state instanceof Migration.Copying) {
            current.get().nextLookNanos = nanos.getAsLong();
            decide(current.get(), new MigrationCommand.Return(end, millis.getAsLong()));
        } else if (!owns(segment) && end.kind() != MoveEnd.Kind.NOT_MADE) {
            cameBack.put(commandId, end);
        }
    }

    private void follow(Job job, Migration.Copying copying, long now) {
        Order order = copying.order();
        boolean inVain =
                !(order instanceof Order.ToFence) && region.down(order.sourceHostId(), copying.acceptedAtMillis());
        if (inVain) { // its call may hang as long as the host is away
            MoveEnd end = MoveEnd.failed("the host that was called is proven to be down");
            job.nextLookNanos = now;
            decide(job, new MigrationCommand.Return(end, millis.getAsLong()));
            return;
        }
        decide(job, new MigrationCommand.Pass(millis.getAsLong()));
        Optional<Move> move = moves.of(copying.order());
        if (move.isEmpty()) {
            return;
        }
        if (job.state instanceof Migration.Copying after && after.abortAsked() && !job.abortSent) {
            job.abortSent = true;
            hypervisor.abort(move.get(), permission(job));
        }
        if (job.state instanceof Migration.Copying after && after.switchAsked() && !job.switchSent) {
            job.switchSent = true;
            hypervisor.startPostCopy(move.get(), permission(job));
        }
        if (copying.order() instanceof Order.ToMove && !job.asking && now - job.nextProgressNanos >= 0) {
            job.asking = true;
            job.nextProgressNanos = now + patience.progress().toNanos();
            hypervisor
                    .progress(move.get())
                    .thenAccept(progress -> answer(job, () -> {
                        askAgain(job, progress.isPresent());
                        if (progress.isPresent() && job.state instanceof Migration.Copying) {
                            decide(job, new MigrationCommand.Report(progress.get(), millis.getAsLong()));
                        }
                    }))
                    .exceptionally(_ -> answer(job, () -> {}));
        }
    }

    /** A host that does not tell how a move goes on may hang with it: it is asked ever more seldom. */
    private void askAgain(Job job, boolean told) {
        job.progressSkipped = told ? 0 : Math.min(PROGRESS_SKIPPED_MAX, 1 + 2 * job.progressSkipped);
        job.nextProgressNanos += job.progressSkipped * patience.progress().toNanos();
    }

    private void look(Job job, Order order, long now) {
        Optional<Move> move = moves.of(order);
        if (job.asking || move.isEmpty() || now - job.nextLookNanos < 0) {
            return;
        }
        job.asking = true;
        job.nextLookNanos = now + LOOK_PAUSE_NANOS;
        long acceptedAtMillis = Migration.acceptedAt(job.state);
        hosts.where(order, move.get())
                .thenCombine(
                        region.logTimeMicros(job.segment),
                        (seen, time) -> answer(
                                job,
                                () -> decide(
                                        job,
                                        new MigrationCommand.Look(
                                                seen.knowing(
                                                        region.down(order.sourceHostId(), acceptedAtMillis),
                                                        region.down(order.targetHostId(), acceptedAtMillis)),
                                                time,
                                                millis.getAsLong()))))
                .exceptionally(_ -> answer(job, () -> {}));
    }

    /** Passes on what a host answered in the engine's thread, unless the command is gone or a word of it is on its way. */
    private Void answer(Job job, Runnable then) {
        answers.add(() -> {
            job.asking = false;
            if (job.ours && !job.telling) {
                then.run();
            }
        });
        return null;
    }

    private void decide(Job job, MigrationCommand command) {
        for (MigrationEvent event : Migration.decide(job.state, command, patience)) {
            if (event instanceof MigrationEvent.Told told) {
                job.telling = true;
                Order order = job.state.order();
                pending.add(new Append(
                        job.segment,
                        order.sourceHostId(),
                        Outcomes.recordOf(order, told, executor),
                        order.commandId(),
                        told));
            } else {
                apply(job, event);
            }
        }
    }

    private void apply(Job job, MigrationEvent event) {
        job.state = Migration.evolve(job.state, event);
        switch (event) {
            case MigrationEvent.Final end -> {
                SegmentWork work = segments.get(job.segment);
                if (!(end instanceof MigrationEvent.Refused) && job.state.order() instanceof Order.ToMove) {
                    moves.of(job.state.order()).ifPresent(move -> leftovers.suspect(job.segment, move));
                }
                work.ledger.end(job.commandId());
                work.remove(job);
                cameBack.remove(job.commandId());
            }
            case MigrationEvent.Adopted _ ->
                moves.of(job.state.order())
                        .ifPresent(move -> startCall(job, job.state.order(), hypervisor.adopt(move)));
            case MigrationEvent.Unclear unclear -> unclear(job, unclear);
            case MigrationEvent.Told _,
                    MigrationEvent.Started _,
                    MigrationEvent.Withdrawn _,
                    MigrationEvent.Resumed _,
                    MigrationEvent.SwitchAsked _,
                    MigrationEvent.AbortAsked _,
                    MigrationEvent.Returned _ -> {}
        }
    }

    /** What stays unclear is put right where that is safe, so that a later look is clear. */
    private void unclear(Job job, MigrationEvent.Unclear unclear) {
        long now = nanos.getAsLong();
        if (job.unclear.isEmpty()) {
            job.nextMendNanos = now + MEND_PAUSE_NANOS;
            job.mendPauseNanos = MEND_PAUSE_NANOS;
        }
        job.unclear = unclear.what();
        Optional<Move> move = moves.of(job.state.order());
        if (job.state.order() instanceof Order.ToMove && move.isPresent() && now - job.nextMendNanos >= 0) {
            job.asking = true;
            var _ = hypervisor
                    .mend(move.get(), permission(job))
                    .thenAccept(_ -> answer(job, () -> {
                        job.nextMendNanos = nanos.getAsLong() + job.mendPauseNanos;
                        job.mendPauseNanos = Math.min(MEND_PAUSE_NANOS_MAX, 2 * job.mendPauseNanos);
                    }));
        }
    }

    private BooleanSupplier permission(Job job) {
        return () -> job.ours && proof.holds(nanos.getAsLong());
    }

    private Optional<Job> find(int segment, String commandId) {
        SegmentWork work = segments.get(segment);
        return work == null
                ? Optional.empty()
                : work.open().stream()
                        .filter(job -> job.commandId().equals(commandId))
                        .findFirst();
    }
}
