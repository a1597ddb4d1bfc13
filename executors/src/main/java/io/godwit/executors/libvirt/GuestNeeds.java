package io.godwit.executors.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * What a guest asks of the host that runs it, from the description of a domain.
 *
 * @param virtType "kvm" or "qemu"
 * @param cpu its cpu element; empty: it has none
 * @param hostCpu whether the guest sees the host's own CPU (host-passthrough), which compares with no other
 * @param memoryBytes memory that it may take at most
 * @param hugePages whether its memory comes from a pool of its own
 * @param paths files and devices of its disks
 */
record GuestNeeds(
        String virtType,
        String emulator,
        String arch,
        String machine,
        String cpu,
        boolean hostCpu,
        long memoryBytes,
        boolean hugePages,
        List<String> paths) {

    /** @throws IllegalArgumentException if that is no description of a domain */
    static GuestNeeds of(String domainXml) {
        Element domain = parse(domainXml).getDocumentElement();
        Element type = first(domain, "type");
        Element cpu = first(domain, "cpu");
        List<String> paths = new ArrayList<>();
        NodeList disks = domain.getElementsByTagName("disk");
        for (int i = 0; i < disks.getLength(); i++) {
            Element source = first((Element) disks.item(i), "source");
            if (source != null) {
                paths.add(source.getAttribute(source.hasAttribute("file") ? "file" : "dev"));
            }
        }
        paths.removeIf(String::isEmpty); // of a pool, or over a network: libvirt finds these by itself
        return new GuestNeeds(
                domain.getAttribute("type"),
                text(domain, "emulator"),
                type == null ? "" : type.getAttribute("arch"),
                type == null ? "" : type.getAttribute("machine"),
                cpu == null ? "" : written(cpu),
                cpu != null && cpu.getAttribute("mode").equals("host-passthrough"),
                memoryBytes(first(domain, "memory")),
                first(domain, "hugepages") != null,
                List.copyOf(paths));
    }

    private static long memoryBytes(Element memory) {
        if (memory == null) {
            return 0;
        }
        long unit = switch (memory.getAttribute("unit")) {
            case "b", "bytes" -> 1;
            case "M", "MiB" -> 1L << 20;
            case "G", "GiB" -> 1L << 30;
            default -> 1L << 10; // what libvirt itself writes
        };
        return Long.parseLong(memory.getTextContent().strip()) * unit;
    }

    private static Element first(Element within, String name) {
        NodeList found = within.getElementsByTagName(name);
        return found.getLength() == 0 ? null : (Element) found.item(0);
    }

    private static String text(Element within, String name) {
        Element found = first(within, name);
        return found == null ? "" : found.getTextContent().strip();
    }

    /** Without anything that a description could have fetched. */
    static Document parse(String xml) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
        } catch (ParserConfigurationException | SAXException | IOException broken) {
            throw new IllegalArgumentException("libvirt's description of a domain cannot be read: " + broken, broken);
        }
    }

    private static String written(Element element) {
        try {
            Transformer transformer = TransformerFactory.newInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter text = new StringWriter();
            transformer.transform(new DOMSource(element), new StreamResult(text));
            return text.toString();
        } catch (TransformerException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
