package io.godwit.ops.cli;

import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Inventory;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit host add}: adds one host, asked for its id first. */
@Command(name = "add", description = "Adds a host that libvirt reaches under a URI; asks it for its id first.")
final class HostAdd extends Reasoned implements Runnable {
    @Parameters(
            paramLabel = "[RACK/NAME=]URI[,probe=ADDRESS:PORT]",
            description = "As in r2/h14=qemu+tls://h14/system; rack default, name as the host says. A URI that names no"
                    + " host, such as a socket's, wants an address where others can see whether the host lives.")
    String text;

    @Override
    public void run() {
        HostJoins.Wanted wanted =
                RealHosts.identify(RealHosts.parse(text), common.region().libvirt());
        SiteKafka kafka = common.home();
        try (Log log = CommonOptions.open(kafka)) {
            Inventory inventory = HostJoins.inventory(log);
            Inventory.Entry present = inventory.hosts().get(wanted.id());
            if (present != null) {
                HostJoined host = present.joined();
                throw new Refused("host " + wanted.id() + " is in the inventory already, as " + host.getSite() + "/"
                        + host.getRack() + "/" + host.getName() + " under " + host.getUri()
                        + "; nothing is added");
            }
            List<HostJoined> added =
                    HostJoins.append(kafka, inventory, log.segments(), List.of(wanted), Operator.name(), reason);
            int segment = added.getFirst().getSegment();
            System.err.println("added " + kafka.site() + "/" + wanted.rack() + "/" + wanted.name() + " (" + wanted.id()
                    + ") in segment " + segment + elsewhere(inventory, wanted.rack(), segment));
        }
    }

    /** What a rule that counts over the hosts of the rack will not see together. */
    private static String elsewhere(Inventory inventory, String rack, int segment) {
        List<String> others = inventory.hosts().values().stream()
                .map(Inventory.Entry::joined)
                .filter(host -> host.getRack().equals(rack) && host.getSegment() != segment)
                .map(HostJoined::getSegment)
                .distinct()
                .sorted()
                .map(String::valueOf)
                .toList();
        return others.isEmpty()
                ? ""
                : "; other hosts of rack " + rack + " are in segment " + String.join(", ", others)
                        + ", and rules count them apart";
    }
}
