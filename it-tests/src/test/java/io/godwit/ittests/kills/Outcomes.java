package io.godwit.ittests.kills;

import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** Which outcomes are final. */
public final class Outcomes {
    public static final String SUCCEEDED = "succeeded";

    /** How a command ended. */
    public record End(String commandId, String says) {
        public boolean succeeded() {
            return says.equals(SUCCEEDED);
        }
    }

    private Outcomes() {}

    /** The end that an event tells; empty for all others. */
    public static Optional<End> end(SpecificRecord event) {
        return switch (event) {
            case CommandSucceeded succeeded -> Optional.of(new End(succeeded.getCommandId(), SUCCEEDED));
            case CommandFailed failed -> Optional.of(new End(failed.getCommandId(), "failed: " + failed.getReason()));
            case CommandRefused refused ->
                Optional.of(new End(refused.getCommandId(), "refused: " + refused.getReason()));
            case CommandAborted aborted ->
                Optional.of(new End(aborted.getCommandId(), "aborted: " + aborted.getDetail()));
            case null, default -> Optional.empty();
        };
    }
}
