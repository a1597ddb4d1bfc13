package io.godwit.ops.broker;

import io.godwit.schemas.units.ByteSize;

/**
 * The embedded broker of one site.
 *
 * @param address address that it listens on; loopback unless configured
 * @param port port for clients; 0 takes a free one, and the same again on the next start if it is still free
 * @param heap heap of its JVM; from 128 MiB
 */
public record BrokerConfig(String address, int port, ByteSize heap) {
    private static final ByteSize HEAP_MIN = ByteSize.ofMebibytes(128); // before DEFAULTS, which is checked against it

    public static final BrokerConfig DEFAULTS = new BrokerConfig("127.0.0.1", 0, ByteSize.ofMebibytes(320));

    public BrokerConfig {
        if (address.isBlank()) {
            throw new IllegalArgumentException(
                    "broker.address is empty; give an address, or drop the key for 127.0.0.1");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(
                    "broker.port is " + port + "; give 1 to 65535, or drop the key for a free one");
        }
        if (heap.bytes() < HEAP_MIN.bytes()) {
            throw new IllegalArgumentException(
                    "broker.heap is " + heap + "; give at least " + HEAP_MIN + ", or drop the key for 320MiB");
        }
    }

    /** The same on another port. */
    public BrokerConfig on(int otherPort) {
        return new BrokerConfig(address, otherPort, heap);
    }
}
