package io.godwit.ops.cli;

import io.godwit.ops.region.RegionConfig;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code godwit topics …}: the topics of a site. */
@Command(name = "topics", description = "The topics of a site.", subcommands = TopicsCommands.Create.class)
public final class TopicsCommands {
    @Command(
            name = "create",
            description =
                    "Creates the topics that are missing, and says where present ones differ from what is needed.")
    static final class Create implements Runnable {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Override
        public void run() {
            RegionConfig region = common.region();
            SiteKafka kafka = common.home();
            try (Admin admin = kafka.admin()) {
                List<String> created = Topics.create(admin, kafka.site(), region.shape());
                created.stream().sorted().forEach(System.out::println);
                System.err.println(created.isEmpty() ? "nothing was missing" : created.size() + " topics created");
                List<String> faults = Topics.check(admin, kafka.site(), region.shape());
                if (!faults.isEmpty()) {
                    throw new Refused(String.join("\n", faults));
                }
            } catch (KafkaException failed) {
                throw new Failed(failed.getMessage(), failed);
            }
        }
    }
}
