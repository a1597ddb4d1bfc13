package io.godwit.schemas.state;

import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.Set;

/**
 * How far back a state tells what is over. What is still open is told whole, however old it is.
 *
 * @param topics those whose events are wanted from then on
 * @param since log time; what was over before it is left out
 */
public record History(Set<Topic> topics, Instant since) {
    /** Only what is open. */
    public static final History NONE = new History(Set.of(), Instant.MAX);

    public History {
        topics = Set.copyOf(topics);
    }

    public static History since(Instant since, Topic... topics) {
        return new History(Set.of(topics), since);
    }

    Instant of(Topic topic) {
        return topics.contains(topic) ? since : Instant.MAX;
    }
}
