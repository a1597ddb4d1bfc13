package io.godwit.schedulers.replay;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/**
 * Lets the schedulers of a site decide a stretch of its past once more, with some of their inputs left out, and others put
 * in: each takes what is left in the recorded order, at the recorded time. What they tell each other is what they say now,
 * where the record says that something was told. Outcomes count for commands that are given again. Cannot write anything.
 */
public final class Counterfactual {
    /** What the schedulers take. */
    public interface Inputs {
        /** Whether a recorded input is taken. */
        boolean stands(LogRecord input);

        /** False where no recorded input of a segment is taken; then none is read. */
        default boolean anyStand(int segment) {
            return true;
        }

        /** Whether an entry of the state with which a segment's scheduler begins is there. */
        default boolean stands(int segment, String entry) {
            return true;
        }

        /** Whether an outcome counts whose command is not given again. */
        default boolean countsWithoutCommand(LogRecord outcome) {
            return false;
        }

        /** Detections to be told to a segment's scheduler after one of its inputs. */
        default List<SpecificRecord> besides(LogRecord input) {
            return List.of();
        }
    }

    /** Key of the entry that says how far a scheduler was, which must be there. */
    public static final String PROGRESS = "progress";

    private final List<AgainSeat> seats;

    private Counterfactual(List<AgainSeat> seats) {
        this.seats = seats;
    }

    /**
     * Decides again from the newest snapshots before a time.
     *
     * @param to log time up to which inputs are taken
     * @return all commands, in no special order between segments
     */
    public static List<SpecificRecord> commands(Log log, Instant from, Instant to, Inputs inputs) {
        List<AgainSeat> seats = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            seats.add(new AgainSeat(log, segment, from, to, inputs, seats));
        }
        return new Counterfactual(seats).run();
    }

    private List<SpecificRecord> run() {
        Predicate<AgainSeat> works = seat -> seat.work(false);
        while (seats.stream().filter(works).count() > 0 || forced()) {
            // each goes as far as it can without the others
        }
        return seats.stream().flatMap(seat -> seat.commands().stream()).toList();
    }

    /** Two that wait for each other's messages: one goes on without. */
    private boolean forced() {
        return seats.stream().anyMatch(seat -> seat.work(true));
    }
}
