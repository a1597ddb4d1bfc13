package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DeadLetter;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Garbage in any topic of a running region goes to the dead letters with a reason, and everything goes on. */
class CorruptRecordTest {
    private static final byte[] GARBAGE = "no event of ours".getBytes(StandardCharsets.UTF_8);
    private static final int SEGMENT = 1;

    /** Topics that services read, and who must tell of garbage there; others are read by nobody. */
    private static final Map<Topic, Set<String>> READERS = new EnumMap<>(Map.of(
            Topic.INVENTORY, Set.of("monitor-1", "scheduler-1"),
            Topic.OBSERVATIONS, Set.of("cep-1", "scheduler-1"),
            Topic.RULES, Set.of("cep-1"),
            Topic.DETECTIONS, Set.of("scheduler-1"),
            Topic.HOST_PARTITIONS, Set.of("scheduler-1"),
            Topic.COMMANDS, Set.of("executor-1"),
            Topic.OUTCOMES, Set.of("scheduler-1"),
            Topic.CONTROLS, Set.of("scheduler-1")));

    @TempDir
    private Path folder;

    @Test
    void garbage_in_every_topic_goes_to_the_dead_letters_with_a_reason_and_moves_go_on() throws Exception {
        try (LiveRegion region = LiveRegion.start(folder, getClass());
                LogWatch log = new LogWatch(region.site(), Topic.DEAD_LETTERS, Topic.OUTCOMES)) {
            log.await("a move", 0, seen -> seen.event() instanceof CommandSucceeded);
            Map<Topic, Long> garbage = new EnumMap<>(Topic.class);
            for (Topic topic : Topic.values()) {
                garbage.put(
                        topic,
                        region.site()
                                .append(topic, SEGMENT, "key", GARBAGE)
                                .get(LogWatch.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                .offset());
            }
            int mark = log.mark();
            Set<String> missing = new TreeSet<>();
            READERS.forEach(
                    (topic, readers) -> readers.forEach(reader -> missing.add(topic.stage() + " by " + reader)));
            try {
                log.await("dead letters", 0, seen -> {
                    if (seen.event() instanceof DeadLetter letter) {
                        assertFalse(letter.getReason().isBlank(), () -> letter + " gives no reason");
                        missing.remove(letter.getPosition().getTopic() + " by " + letter.getReader());
                    }
                    return missing.isEmpty();
                });
            } catch (AssertionError late) {
                throw new AssertionError("no dead letter of " + missing, late);
            }
            int[] left = {2};
            log.await(
                    "moves after the garbage",
                    mark,
                    seen -> seen.event() instanceof CommandSucceeded && --left[0] == 0);
            assertEquals(List.of(), region.unwell());
            log.all(DeadLetter.class)
                    .forEach(letter -> assertEquals(
                            garbage.get(Topic.ofStage(letter.getPosition().getTopic())
                                    .orElseThrow()),
                            letter.getPosition().getOffset(),
                            () -> "a good record became a dead letter: " + letter));
        }
    }
}
