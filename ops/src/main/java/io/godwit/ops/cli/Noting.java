package io.godwit.ops.cli;

import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.RegionState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Mixin;

/** What the verbs share that append a word which is noted at once, so that there is nothing to wait for. */
abstract class Noting extends Reasoned implements Runnable {
    /** What was answered by then is told apart from what never was asked. */
    private static final Duration LATELY = Duration.ofDays(1);

    @Mixin
    DryRun dryRun = new DryRun();

    /** What is said, about which host, where the state of the region allows it. */
    abstract Asking.Question word(RegionState state);

    /** Request whose answer ends a dry run; empty: none does. */
    String requestId() {
        return "";
    }

    /** What has come of it. */
    abstract String told(Asking.Question word);

    @Override
    public final void run() {
        if (dryRun.wanted) {
            dryRun.show(common, null, state -> Asking.word(word(state), requestId()));
            return;
        }
        SiteKafka kafka = common.home();
        History history = History.since(Instant.now().minus(LATELY), Topic.HOST_PARTITIONS);
        Asking.Question word = word(Asking.state(kafka, history.only(List.of(RequestAnswered.class))));
        Asking.append(kafka, word);
        System.err.println(told(word));
    }
}
