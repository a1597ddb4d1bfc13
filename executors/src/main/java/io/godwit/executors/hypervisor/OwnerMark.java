package io.godwit.executors.hypervisor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who owns a VM, as it stands in the metadata of its domain: an element in a namespace of ours. Its epoch grows with each change of
 * owner, so of two copies of a VM the one with the higher epoch is the VM. A domain without it was never given to another host.
 *
 * @param epoch 0: no mark
 * @param hostId owner; empty: no mark
 * @param commandId command that made it the owner; empty: no mark
 */
public record OwnerMark(long epoch, String hostId, String commandId) {
    /** Of a domain that has none. */
    public static final OwnerMark NONE = new OwnerMark(0, "", "");

    /** Namespace of the element. */
    public static final String NAMESPACE = "urn:godwit:owner";

    /** Prefix of the namespace, as libvirt writes it into descriptions. */
    public static final String PREFIX = "godwit";

    private static final Pattern IN_DESCRIPTION = Pattern.compile("\\s*<" + PREFIX + ":owner\\s[^>]*>");
    private static final Pattern ALONE = Pattern.compile("<owner\\s[^>]*>");
    private static final Pattern EPOCH = Pattern.compile("\\sepoch=['\"](\\d{1,18})['\"]");
    private static final Pattern HOST = Pattern.compile("\\shost=['\"]([^'\"]*)['\"]");
    private static final Pattern COMMAND = Pattern.compile("\\scommand=['\"]([^'\"]*)['\"]");
    private static final Pattern METADATA = Pattern.compile("<metadata>|<metadata/>");
    private static final Pattern DOMAIN = Pattern.compile("<domain(\\s[^>]*)?>");

    /** Of a domain by libvirt's description of it. */
    public static OwnerMark ofDescription(String description) {
        // looked for first, as all descriptions of a region pass here
        return description.contains("<" + PREFIX + ":owner") ? found(IN_DESCRIPTION, description) : NONE;
    }

    /** Of the element alone, which libvirt gives without its prefix. */
    public static OwnerMark ofElement(String element) {
        return found(ALONE, element);
    }

    private static OwnerMark found(Pattern pattern, String text) {
        Matcher element = pattern.matcher(text);
        if (!element.find()) {
            return NONE;
        }
        String epoch = attribute(EPOCH, element.group());
        return epoch.isEmpty()
                ? NONE // somebody wrote there by hand
                : new OwnerMark(
                        Long.parseLong(epoch), attribute(HOST, element.group()), attribute(COMMAND, element.group()));
    }

    private static String attribute(Pattern pattern, String element) {
        Matcher attribute = pattern.matcher(element);
        return attribute.find() ? plain(attribute.group(1)) : "";
    }

    /** The mark of the next owner. */
    public OwnerMark next(String nextHostId, String nextCommandId) {
        return new OwnerMark(epoch + 1, nextHostId, nextCommandId);
    }

    public boolean newerThan(OwnerMark other) {
        return epoch > other.epoch;
    }

    /** The element without its prefix, as libvirt wants it. */
    public String element() {
        return "<owner epoch='%d' host='%s' command='%s'/>".formatted(epoch, escaped(hostId), escaped(commandId));
    }

    /** A description of a domain with this mark in the place of any other; nothing else in it changes. */
    public String in(String description) {
        String unmarked = IN_DESCRIPTION.matcher(description).replaceAll("");
        String mark = "<%s:owner xmlns:%s='%s' %s"
                .formatted(PREFIX, PREFIX, NAMESPACE, element().substring("<owner ".length()));
        Matcher metadata = METADATA.matcher(unmarked);
        if (metadata.find()) {
            boolean empty = metadata.group().endsWith("/>");
            return unmarked.substring(0, metadata.start())
                    + "<metadata>"
                    + mark
                    + (empty ? "</metadata>" : "")
                    + unmarked.substring(metadata.end());
        }
        Matcher domain = DOMAIN.matcher(unmarked);
        if (!domain.find()) {
            throw new IllegalArgumentException("no description of a domain: " + description);
        }
        return unmarked.substring(0, domain.end())
                + "<metadata>" + mark + "</metadata>"
                + unmarked.substring(domain.end());
    }

    /** As in "epoch 3 (host h2)", for messages. */
    public String words() {
        return epoch == 0 ? "epoch 0 (no mark)" : "epoch %d (host %s)".formatted(epoch, hostId);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&apos;")
                .replace("\"", "&quot;");
    }

    private static String plain(String text) {
        return text.replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&gt;", ">")
                .replace("&lt;", "<")
                .replace("&amp;", "&");
    }
}
