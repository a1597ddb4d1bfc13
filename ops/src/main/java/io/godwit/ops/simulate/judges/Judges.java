package io.godwit.ops.simulate.judges;

import io.godwit.schemas.log.Topic;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;

/** All judges of a run together. */
public final class Judges {
    private final Verdict verdict = new Verdict();
    private final LeaseJudge leases = new LeaseJudge(verdict);
    private final CommandJudge commands;
    private final LoadJudge loads = new LoadJudge(verdict);
    private final AnswerJudge overloads = new AnswerJudge(verdict);

    /** @param placeOfVm the host on which a VM truly is */
    public Judges(UnaryOperator<String> placeOfVm) {
        commands = new CommandJudge(verdict, leases, placeOfVm);
    }

    /** A record was appended to the log. */
    public void appended(Topic topic, SpecificRecord event, long millis) {
        switch (topic) {
            case DETECTIONS, HOST_PARTITIONS, COMMANDS, OUTCOMES -> {
                leases.take(event, millis);
                commands.take(event, millis);
                loads.take(event, millis);
                overloads.take(event, millis);
            }
            default -> {} // asks for nothing and decides nothing
        }
    }

    /** A scheduler is about to take an input. */
    public void delivered(SpecificRecord event) {
        loads.delivered(event);
    }

    /**
     * The faults have stopped and load has stood still for a while.
     *
     * @param boundMillis whatever began longer ago must be over
     * @param answers whether overloads are to be answered at all
     */
    public void settled(long nowMillis, long boundMillis, boolean answers) {
        leases.settled(nowMillis - boundMillis, nowMillis);
        commands.settled(nowMillis - boundMillis, nowMillis);
        if (answers) {
            overloads.settled(nowMillis - boundMillis, nowMillis);
        }
    }

    public Verdict verdict() {
        return verdict;
    }
}
