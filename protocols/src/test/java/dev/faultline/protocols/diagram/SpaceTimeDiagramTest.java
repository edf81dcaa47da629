package dev.faultline.protocols.diagram;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

import dev.faultline.protocols.Protocols;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Replay;
import dev.faultline.protocols.schedules.Variant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class SpaceTimeDiagramTest {
    /** Of 11 px, wide characters included. */
    private static final double CHARACTER = 6.3;
    private static final double HEIGHT = 11;

    private record Label(double left, double right, double baseline, String text) {
        boolean meets(Label other) {
            return left < other.right && other.left < right && Math.abs(baseline - other.baseline) < HEIGHT;
        }
    }

    static List<Protocol> protocols() {
        return Protocols.ALL;
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void noTwoLabelsMeet(Protocol protocol) throws Exception {
        for (Variant variant : protocol.variants()) {
            for (long seed = 1; seed <= 30; seed++) {
                List<Label> labels = labels(SpaceTimeDiagram.svg(variant.replay(seed)));
                for (int i = 0; i < labels.size(); i++) {
                    for (Label other : labels.subList(i + 1, labels.size())) {
                        assertThat(labels.get(i).meets(other)).as("%s %s %d: %s meets %s", protocol.name(), variant
                                .name(), seed, labels.get(i), other).isFalse();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void labelsAreInsideThePicture(Protocol protocol) throws Exception {
        for (Variant variant : protocol.variants()) {
            for (long seed = 1; seed <= 30; seed++) {
                assertThat(labels(SpaceTimeDiagram.svg(variant.replay(seed)))).as("%s %s %d", protocol.name(), variant
                        .name(), seed).allMatch(label -> label.left >= 0 && label.right <= 1_000);
            }
        }
    }

    /** However many heartbeats there were. */
    @ParameterizedTest
    @MethodSource("protocols")
    void isNotTooLongToBeLookedAt(Protocol protocol) {
        for (Variant variant : protocol.variants()) {
            for (long seed = 1; seed <= 30; seed++) {
                String svg = SpaceTimeDiagram.svg(variant.replay(seed));
                int height = Integer.parseInt(svg.replaceFirst("(?s).*viewBox='0 0 1000 (\\d+)'.*", "$1"));
                assertThat(height).as("%s %s %d", protocol.name(), variant.name(), seed).isLessThan(2_400);
            }
        }
    }

    /** Replicas go on with gossip long after the last change, and are compared in the end. */
    @Test
    void showsWhatHappenedBeforeAnIdleEnd() {
        Variant variant = Protocols.named("crdt").variant("without-tags");
        Replay replay = variant.replay(variant.run(1, 100, _ -> {}).first().getFirst().seed());
        assertThat(SpaceTimeDiagram.svg(replay)).contains("specification: ").contains("Remove");
    }

    @Test
    void showsTheEndOfAScheduleThatFailed() {
        Variant variant = Protocols.named("paxos").variant("own-value");
        Replay replay = variant.replay(variant.run(1, 100, _ -> {}).first().getFirst().seed());
        String svg = SpaceTimeDiagram.svg(replay);
        assertThat(svg).contains("agreement: decided are").contains("decides");
    }

    @Test
    void showsThePartThatIsAskedFor() throws Exception {
        Replay replay = Protocols.named("raft").variant("raft").replay(1);
        String svg = SpaceTimeDiagram.svg(replay, 0, 300);
        assertThat(svg).contains("seed 1, from 0 to 300 ms").contains("0 ms");
        assertThat(labels(svg)).noneMatch(label -> label.text.equals("301 ms"));
    }

    private static List<Label> labels(String svg) throws Exception {
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(
                new StringReader(svg)));
        var labels = new ArrayList<Label>();
        var texts = document.getElementsByTagName("text");
        for (int i = 0; i < texts.getLength(); i++) {
            var text = (Element) texts.item(i);
            var lines = text.getElementsByTagName("tspan");
            if (lines.getLength() == 0) {
                labels.add(label(text, text.getAttribute("text-anchor")));
            }
            for (int line = 0; line < lines.getLength(); line++) {
                labels.add(label((Element) lines.item(line), "start"));
            }
        }
        return labels;
    }

    private static Label label(Element text, String anchor) {
        double x = Double.parseDouble(text.getAttribute("x"));
        double width = text.getTextContent().length() * CHARACTER;
        double left = switch (anchor) {
            case "end" -> x - width;
            case "middle" -> x - width / 2;
            default -> x;
        };
        return new Label(left, left + width, Double.parseDouble(text.getAttribute("y")), text.getTextContent());
    }
}
