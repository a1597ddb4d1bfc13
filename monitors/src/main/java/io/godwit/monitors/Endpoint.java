package io.godwit.monitors;

import java.net.InetSocketAddress;

/** An address and port as people write them: "127.0.0.1:7461", "[::1]:7461". */
public final class Endpoint {
    private Endpoint() {}

    /**
     * @param key settings key that the text stands at, for the message
     * @throws IllegalArgumentException with key, value and how to write it
     */
    public static InetSocketAddress parse(String key, String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= 65535) {
                String address = text.substring(0, colon);
                return new InetSocketAddress(
                        address.startsWith("[") && address.endsWith("]")
                                ? address.substring(1, address.length() - 1)
                                : address,
                        port);
            }
        } catch (NumberFormatException noPort) {
            // told below, as any other fault of the text
        }
        throw new IllegalArgumentException(
                key + " is \"" + text + "\"; give address:port with a port of 0 to 65535, as in 127.0.0.1:7461");
    }

    public static String of(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
