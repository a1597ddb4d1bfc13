package io.godwit.ops.incident;

import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.PlanDecided;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * How one detection was answered in the period: the first plan, the first command, its first acceptance, the last end.
 *
 * @param ended the last end of a command; empty where one is still under way, or none was given
 * @param succeeded commands that ended well
 * @param otherwise commands that ended otherwise
 */
record Phases(
        IncidentEvent began,
        Optional<IncidentEvent> decided,
        Optional<IncidentEvent> commanded,
        Optional<IncidentEvent> accepted,
        Optional<IncidentEvent> ended,
        int commands,
        int succeeded,
        int otherwise) {

    /** Of every detection that began in the period, in order. */
    static List<Phases> of(List<IncidentEvent> events) {
        List<Phases> phases = new ArrayList<>();
        for (IncidentEvent event : events) {
            if (event.event() instanceof DetectionBegan began) {
                phases.add(of(event, began.getId(), events));
            }
        }
        return phases;
    }

    private static Phases of(IncidentEvent began, String id, List<IncidentEvent> events) {
        IncidentEvent decided = null;
        IncidentEvent commanded = null;
        IncidentEvent accepted = null;
        IncidentEvent ended = null;
        Set<String> commands = new HashSet<>();
        Map<String, Boolean> ends = new HashMap<>();
        for (IncidentEvent one : events) {
            SpecificRecord event = one.event();
            Optional<String> command = text(event, "commandId");
            boolean answers = text(event, "detectionId").filter(id::equals).isPresent();
            if (answers && event instanceof PlanDecided) {
                decided = decided == null ? one : decided;
            } else if (answers && command.isPresent()) {
                commanded = commanded == null ? one : commanded;
                commands.add(command.get());
            } else if (command.filter(commands::contains).isPresent()) {
                accepted = accepted == null && event instanceof CommandAccepted ? one : accepted;
                Optional<Boolean> end = end(event);
                ended = end.isPresent() ? one : ended;
                end.ifPresent(well -> ends.putIfAbsent(command.get(), well));
            }
        }
        int succeeded = (int) ends.values().stream().filter(well -> well).count();
        return new Phases(
                began,
                Optional.ofNullable(decided),
                Optional.ofNullable(commanded),
                Optional.ofNullable(accepted),
                ends.size() < commands.size() ? Optional.empty() : Optional.ofNullable(ended),
                commands.size(),
                succeeded,
                ends.size() - succeeded);
    }

    /** Whether a command ended with this event, and well; empty: it did not end. */
    private static Optional<Boolean> end(SpecificRecord event) {
        return switch (event) {
            case CommandSucceeded _, HostFenced _ -> Optional.of(true);
            case CommandFailed _, CommandRefused _, CommandAborted _ -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static Optional<String> text(SpecificRecord event, String field) {
        Schema.Field found = event.getSchema().getField(field);
        return found == null
                ? Optional.empty()
                : Optional.ofNullable(event.get(found.pos())).map(Object::toString);
    }
}
