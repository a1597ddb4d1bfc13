package io.godwit.ops.cli;

import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Requests;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit request …}: what people asked for. */
@Command(
        name = "request",
        description = "What people asked for.",
        subcommands = {RequestCommands.ListRequests.class, RequestCommands.Withdraw.class})
public final class RequestCommands {
    @Command(name = "list", description = "Every request and what became of it.")
    static final class ListRequests extends AskHistory implements Runnable {
        @Override
        Topic[] topics() {
            return new Topic[] {Topic.HOST_PARTITIONS};
        }

        @Override
        History history(Instant back) {
            return super.history(back).only(List.of(RequestAnswered.class));
        }

        @Override
        public void run() {
            list(
                    List.of("asked", "by", "what", "vm", "host", "answer", "reason", "id"),
                    (state, rows) -> state.requests().all().stream()
                            .filter(request -> told(request.answer().map(Requests.Answer::at)))
                            .map(request -> row(request, rows)));
        }

        private static Map<String, Object> row(Requests.Request request, StateRows rows) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("asked", rows.time(request.asked()));
            row.put("by", request.by());
            row.put("what", request.what());
            row.put("vm", request.vmId().map(rows::vmName).orElse(null));
            row.put("host", rows.hostName(request.hostId()));
            row.put(
                    "answer",
                    request.answer()
                            .map(answer -> answer.answered().getAnswer())
                            .orElse("open"));
            row.put("reason", request.reason());
            row.put("id", request.id());
            row.put(
                    "because",
                    request.answer()
                            .map(answer -> answer.answered().getReason())
                            .orElse(null));
            row.put("position", WhyChain.place(request.position()));
            return row;
        }
    }

    @Command(
            name = "withdraw",
            description = "Takes a request back that has not begun; what is being carried out goes on to its end.")
    static final class Withdraw extends Noting {
        @Parameters(paramLabel = "REQUEST", description = "Its id, as in: godwit request list")
        String id;

        @Override
        String requestId() {
            return id;
        }

        @Override
        Asking.Question word(RegionState state) {
            Requests.Request request = open(state);
            return new Asking.Question(
                    HostCommands.find(state, request.hostId()),
                    new RequestWithdrawn(id, request.hostId(), Operator.name(), reason));
        }

        @Override
        String told(Asking.Question word) {
            return "asked to take it back; see what became of it with: godwit why " + id;
        }

        /** The request, which must be open and not a drain. */
        private Requests.Request open(RegionState state) {
            Requests.Request request = state.requests()
                    .byId(id)
                    .orElseThrow(() -> new Failed("no request has the id " + id + "; see: godwit request list"));
            request.answer().ifPresent(answer -> {
                throw new Refused(
                        "the request is answered already: " + answer.answered().getAnswer() + ", "
                                + answer.answered().getReason());
            });
            if (request.vmId().isEmpty()) {
                throw new Refused("a drain is ended with: godwit host undrain "
                        + HostCommands.find(state, request.hostId()).label());
            }
            return request;
        }
    }
}
