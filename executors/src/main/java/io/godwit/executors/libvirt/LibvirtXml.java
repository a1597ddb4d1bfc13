package io.godwit.executors.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Reads what libvirt describes in XML: domains, storage pools, capabilities. */
final class LibvirtXml {
    private LibvirtXml() {}

    /**
     * The outermost element; without anything that a description could have fetched.
     *
     * @throws IllegalArgumentException if that is no XML
     */
    static Element parse(String xml) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder()
                    .parse(new InputSource(new StringReader(xml)))
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException | IOException broken) {
            throw new IllegalArgumentException("libvirt's description cannot be read: " + broken, broken);
        }
    }

    /** Every element of a name, at any depth. */
    static List<Element> all(Element within, String name) {
        NodeList found = within.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(index -> (Element) found.item(index))
                .toList();
    }

    /** The first element of a name, at any depth; null: there is none. */
    static Element first(Element within, String name) {
        NodeList found = within.getElementsByTagName(name);
        return found.getLength() == 0 ? null : (Element) found.item(0);
    }

    /** Text of the first element of a name; empty: there is none. */
    static String text(Element within, String name) {
        Element found = first(within, name);
        return found == null ? "" : found.getTextContent().strip();
    }

    /** Attribute of the first element of a name; empty: there is none. */
    static String attribute(Element within, String name, String attribute) {
        Element found = first(within, name);
        return found == null ? "" : found.getAttribute(attribute);
    }

    /** As XML again; empty for null. */
    static String written(Element element) {
        if (element == null) {
            return "";
        }
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

    /** The id of a host, by its capabilities; empty: they have none. */
    static String hostId(String capabilities) {
        Element host = first(parse(capabilities), "host");
        return host == null ? "" : text(host, "uuid");
    }

    /** The CPU of a host, by its capabilities; empty: they have none. */
    static String hostCpu(String capabilities) {
        Element host = first(parse(capabilities), "host");
        return host == null ? "" : written(first(host, "cpu"));
    }
}
