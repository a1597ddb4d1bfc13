package io.godwit.monitors.watch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.OptionalLong;

/** The time that a TCP connect takes: one round trip and a little. */
public final class TcpRoundTrip {
    private static final int TIME_OUT_MILLIS = 2000;

    private TcpRoundTrip() {}

    /**
     * In microseconds. A refused connect is an answer too. Empty where nothing answers in 2 s; blocks that long at most, save
     * for the look-up of a name.
     */
    public static OptionalLong measure(InetSocketAddress address) {
        InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
        long began = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.connect(resolved, TIME_OUT_MILLIS);
            return OptionalLong.of((System.nanoTime() - began) / 1000);
        } catch (java.net.ConnectException refused) {
            return refused.getMessage() != null && refused.getMessage().contains("refused")
                    ? OptionalLong.of((System.nanoTime() - began) / 1000)
                    : OptionalLong.empty();
        } catch (IOException silent) {
            return OptionalLong.empty();
        }
    }
}
