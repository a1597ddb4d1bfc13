package io.godwit.ops.broker;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The child JVM that holds a site's broker. Says {@value #READY} and the cluster id on its standard output when clients can
 * connect, and ends when its standard input ends: so it cannot outlive the process that started it, however that one died.
 */
public final class BrokerMain {
    static final String READY = "READY";

    private BrokerMain() {}

    /** Arguments: folder, address, port, controller port. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        int port = Integer.parseInt(arguments[2]);
        Thread.ofPlatform().daemon().name("parent-watch").start(BrokerMain::endWithParent);
        EmbeddedBroker broker = EmbeddedBroker.start(folder, arguments[1], port, Integer.parseInt(arguments[3]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-stop"));
        System.out.println(READY + " " + EmbeddedBroker.clusterId(folder));
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // nothing is ever said to a broker: only the end of the stream counts
            }
        } catch (IOException gone) {
            // the same as the end: nobody is there any more
        }
        System.exit(0);
    }
}
