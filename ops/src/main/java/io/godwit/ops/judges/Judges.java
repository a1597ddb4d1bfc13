package io.godwit.ops.judges;

import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.Topic;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;

/** All judges of a run together. */
public final class Judges {
    /**
     * What must have come of the overloads at the end of a run.
     *
     * @param answered each has an answer
     * @param relieved none is left that one move would end
     */
    public record Demands(boolean answered, boolean relieved) {}

    private final Verdict verdict = new Verdict();
    private final KnownHosts known = new KnownHosts();
    private final LeaseJudge leases = new LeaseJudge(verdict);
    private final CommandJudge commands;
    private final PlaceJudge places;
    private final ReturnJudge returns;
    private final LoadJudge loads = new LoadJudge(verdict, known);
    private final ConstraintJudge constraints = new ConstraintJudge(verdict, known);
    private final AnswerJudge overloads = new AnswerJudge(verdict, false);
    private final ReliefJudge relief = new ReliefJudge(verdict, leases);

    /**
     * @param placeOfVm the host on which a VM truly is
     * @param holdMillis how long a VM stays after it arrived
     */
    public Judges(UnaryOperator<String> placeOfVm, long holdMillis) {
        commands = new CommandJudge(verdict, leases, vm -> Optional.of(placeOfVm.apply(vm)));
        places = new PlaceJudge(verdict, commands);
        returns = new ReturnJudge(verdict, holdMillis);
    }

    /** A record was appended to the log. */
    public void appended(Topic topic, SpecificRecord event, long millis) {
        switch (topic) {
            case DETECTIONS, HOST_PARTITIONS, COMMANDS, OUTCOMES -> {
                leases.take(event, millis);
                commands.take(event, millis);
                loads.take(event, millis);
                constraints.take(event, millis);
                returns.take(event, millis);
                overloads.take(event, millis);
                relief.take(event, millis);
                known.take(event);
            }
            case OBSERVATIONS -> relief.take(event, millis);
            default -> {} // asks for nothing and decides nothing
        }
    }

    /** The scheduler of a segment is about to take an input of this log time. */
    public void delivered(int segment, SpecificRecord event, long logMillis) {
        known.delivered(event);
        constraints.delivered(segment, event);
        returns.delivered(segment, event, logMillis);
    }

    /** Where a VM truly is, with its state on each host, after something has happened to it. */
    public void seen(String vmId, Map<String, VmState> where, long millis) {
        places.look(vmId, where, millis);
    }

    /** A VM truly went on, after it was paused or by the switch-over of a post-copy. */
    public void resumed(String vmId, String hostId, long millis) {
        places.resumed(vmId, hostId, millis);
    }

    /** A VM truly came to a host by a migration. */
    public void cameTo(String vmId, String hostId, long millis) {
        places.cameTo(vmId, hostId, millis);
    }

    /**
     * The faults have stopped and load has stood still for a while.
     *
     * @param boundMillis whatever began longer ago must be over
     */
    public void settled(long nowMillis, long boundMillis, Demands demands) {
        leases.settled(nowMillis - boundMillis, nowMillis);
        commands.settled(nowMillis - boundMillis, nowMillis);
        places.settled(nowMillis - boundMillis, nowMillis);
        if (demands.answered()) {
            overloads.settled(nowMillis - boundMillis, nowMillis);
        }
        if (demands.relieved()) {
            relief.settled(nowMillis - boundMillis, nowMillis);
        }
    }

    /** Whether nothing is open, not even an overload. */
    public boolean allDone() {
        return nothingSince(Long.MAX_VALUE) && overloads.nothingOpen() && !places.anyPaused();
    }

    /** Whether no host partition, lease or command is open that began before. */
    public boolean nothingSince(long millis) {
        return leases.nothingSince(millis) && commands.nothingSince(millis);
    }

    public Verdict verdict() {
        return verdict;
    }
}
