package dev.faultline.system;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * The dependencies between modules. A new one is a decision: add it here, in the commit that adds it to a pom.
 *
 * <p>
 * Services know the libraries, but neither each other nor anything that runs or verifies them. From the local cluster to the
 * command line, each module knows only the ones below it.
 */
class ModulesTest {
    private static final File REPOSITORY = Path.of("..").toAbsolutePath().normalize().toFile();

    private static final Map<String, Set<String>> MAIN = Map.ofEntries(
            entry("contracts", Set.of()),
            entry("discovery", Set.of()),
            entry("messaging", Set.of()),
            entry("oauth-client", Set.of()),
            entry("sharding", Set.of("discovery")),
            entry("service-defaults", Set.of("discovery", "messaging", "sharding")),
            entry("acquirer-simulator", Set.of("service-defaults")),
            entry("gateway-service", Set.of("service-defaults")),
            entry("identity-service", Set.of("service-defaults")),
            entry("order-service", Set.of("contracts", "messaging", "service-defaults", "sharding")),
            entry("inventory-service", Set.of("contracts", "messaging", "service-defaults", "sharding")),
            entry("payment-service", Set.of("contracts", "messaging", "oauth-client", "service-defaults", "sharding")),
            entry("backing-services", Set.of()),
            entry("test-infrastructure", Set.of("backing-services")),
            entry("dead-letters", Set.of("backing-services")),
            entry("acls", Set.of("backing-services")),
            entry("local-cluster", Set.of("acls", "backing-services", "discovery")),
            entry("verification", Set.of("dead-letters", "local-cluster", "oauth-client")),
            entry("experiments", Set.of("discovery", "messaging", "protocols", "sharding", "verification")),
            entry("cli", Set.of("experiments")),
            entry("simulation", Set.of()),
            entry("protocols", Set.of()),
            entry("api-description", Set.of()),
            entry("k8s", Set.of()),
            entry("system-tests", Set.of()));

    /** For tests only. Services are run as processes, or their classes read; payment-service runs the acquirer. */
    private static final Map<String, Set<String>> TEST = Map.ofEntries(
            entry("contracts", Set.of()),
            entry("discovery", Set.of("test-infrastructure")),
            entry("messaging", Set.of("dead-letters", "test-infrastructure")),
            entry("oauth-client", Set.of()),
            entry("sharding", Set.of("test-infrastructure")),
            entry("service-defaults", Set.of("test-infrastructure")),
            entry("acquirer-simulator", Set.of("test-infrastructure")),
            entry("gateway-service", Set.of("test-infrastructure")),
            entry("identity-service", Set.of("oauth-client", "test-infrastructure")),
            entry("order-service", Set.of("test-infrastructure")),
            entry("inventory-service", Set.of("test-infrastructure")),
            entry("payment-service", Set.of("acquirer-simulator", "test-infrastructure")),
            entry("backing-services", Set.of()),
            entry("test-infrastructure", Set.of()),
            entry("dead-letters", Set.of()),
            entry("acls", Set.of()),
            entry("local-cluster", Set.of()),
            entry("verification", Set.of()),
            entry("experiments", Set.of("test-infrastructure")),
            entry("cli", Set.of()),
            entry("api-description", Set.of("inventory-service", "order-service", "payment-service")),
            entry("protocols", Set.of()),
            entry("simulation", Set.of("acquirer-simulator", "contracts", "inventory-service", "order-service",
                    "payment-service")),
            entry("k8s", Set.of("acquirer-simulator", "identity-service", "messaging", "order-service",
                    "payment-service",
                    "service-defaults", "sharding", "test-infrastructure")),
            entry("system-tests", Set.of("acquirer-simulator", "cli", "gateway-service", "identity-service",
                    "inventory-service", "k8s", "order-service", "payment-service", "protocols", "simulation")));

    @Test
    void mainCodeDependsOnTheseModulesOnly() throws Exception {
        assertThat(dependencies("not(scope='test')")).containsExactlyInAnyOrderEntriesOf(MAIN);
    }

    @Test
    void testsDependOnTheseModulesOnly() throws Exception {
        assertThat(dependencies("scope='test'")).containsExactlyInAnyOrderEntriesOf(TEST);
    }

    /** @param condition on the element {@code dependency}, in XPath */
    private static Map<String, Set<String>> dependencies(String condition) throws Exception {
        var dependencies = new TreeMap<String, Set<String>>();
        for (String module : texts(new File(REPOSITORY, "pom.xml"), "/project/modules/module")) {
            var pom = new File(new File(REPOSITORY, module), "pom.xml");
            dependencies.put(texts(pom, "/project/artifactId").getFirst(), new TreeSet<>(texts(pom,
                    "//dependency[groupId='dev.faultline' and " + condition + "]/artifactId")));
        }
        return dependencies;
    }

    private static List<String> texts(File pom, String path) throws Exception {
        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom);
        var nodes = (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
        var texts = new ArrayList<String>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }
}
