package io.godwit.ops.simulate;

import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.StatedConstraint;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What an operator does during a run, or what befalls its log. */
sealed interface Act {
    String OPERATOR = "operator";

    /** Since the start of the run. */
    Duration at();

    void on(Simulation running);

    /** Notes it on the agenda of a run. */
    default void plan(Simulation running) {
        running.agenda().in(Simulation.micros(at()), () -> on(running));
    }

    /** A script of constraints is applied. */
    record Apply(Duration at, String name, List<StatedConstraint> constraints) implements Act {
        @Override
        public void on(Simulation running) {
            running.log()
                    .appendEverywhere(
                            Topic.CONTROLS,
                            "constraints/" + name,
                            new ConstraintsApplied(name, "", constraints, OPERATOR, "simulated"));
        }
    }

    /** A script of constraints holds no more. */
    record Withdraw(Duration at, String name) implements Act {
        @Override
        public void on(Simulation running) {
            running.log()
                    .appendEverywhere(
                            Topic.CONTROLS,
                            "constraints/" + name,
                            new ConstraintsWithdrawn(name, OPERATOR, "simulated"));
        }
    }

    /** The mode is set. */
    record SetMode(Duration at, String mode) implements Act {
        @Override
        public void on(Simulation running) {
            running.log()
                    .appendEverywhere(
                            Topic.CONTROLS, "mode", new ModeChanged(running.site(), mode, OPERATOR, "simulated"));
        }
    }

    /**
     * From then on each proposed plan has a person's word after a while.
     *
     * @param rejects whether every third is rejected; else all are approved
     */
    record AnswerProposals(Duration at, Duration after, boolean rejects) implements Act {
        private static final int REJECTED_IN = 3;

        @Override
        public void on(Simulation running) {
            int[] heard = {0};
            running.log().watch(Topic.HOST_PARTITIONS, (record, event) -> {
                if (event instanceof PlanDecided plan && !plan.getProposalId().isEmpty()) {
                    heard[0]++;
                    String hostId = new String(record.key(), StandardCharsets.UTF_8);
                    ProposalAnswered word = new ProposalAnswered(
                            "a-" + heard[0],
                            plan.getProposalId(),
                            plan.getDetectionId(),
                            hostId,
                            !rejects || heard[0] % REJECTED_IN != 0,
                            OPERATOR,
                            "simulated");
                    running.agenda()
                            .in(
                                    Simulation.micros(after),
                                    () -> running.log().append(Topic.REQUESTS, record.segment(), hostId, word));
                }
            });
        }
    }

    /**
     * The next commands stand in the log twice from then on, the copy behind whatever came meanwhile.
     *
     * @param behind how long after the first
     * @param commands how many
     */
    record WriteTwice(Duration at, Duration behind, int commands) implements Act {
        @Override
        public void on(Simulation running) {
            int[] left = {commands};
            running.log().watch(Topic.COMMANDS, (record, event) -> {
                if (left[0] > 0) {
                    left[0]--;
                    String actingHost = event instanceof ResumeVm resume
                            ? resume.getHostId()
                            : ((MigrateVm) event).getSourceHostId();
                    running.agenda()
                            .in(
                                    Simulation.micros(behind),
                                    () -> running.log().append(Topic.COMMANDS, record.segment(), actingHost, event));
                }
            });
        }
    }
}
