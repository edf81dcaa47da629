package dev.faultline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.context.ApplicationContext;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * The table in docs/security.md of who may call which operation, as a test: it is compared with the operations that a service
 * has, and each of them is called by each kind of caller.
 */
public final class AuthorizationTable {
    private static final String FILE = "docs/security.md";
    private static final String EVERY_SERVICE = "every service";
    private static final String ALLOWED = "yes";
    /** Those of docs/security.md, in its order; null: no token. */
    private static final List<Caller> CALLERS = List.of(new Caller("anonymous", null, List.of()),
            new Caller("customer", "alice", List.of("orders")), new Caller("another customer", "bob", List.of(
                    "orders")),
            new Caller("clerk", "clerk", List.of("catalogue.write", "stock.write")), new Caller("shop", "shop", List.of(
                    "orders.all")),
            new Caller("operator", "operator", List.of("operations")), new Caller("service", "payment-service", List.of(
                    "charges")));

    private final String service;
    private final List<Row> rows;

    /** {@link TestIssuer#bearer} */
    @FunctionalInterface
    public interface Bearers {
        /** The header {@code Authorization} of the caller. */
        String bearer(String subject, String... scopes);
    }

    private record Caller(String name, @Nullable String subject, List<String> scopes) {}

    private record Row(String operation, List<String> expected) {}

    private AuthorizationTable(String service, List<Row> rows) {
        this.service = service;
        this.rows = rows;
    }

    /** The rows of a service, and those of every service. */
    public static AuthorizationTable of(String service) {
        return new AuthorizationTable(service, rows(name -> name.equals(service) || name.equals(EVERY_SERVICE)));
    }

    /** The gateway's own rows but for its management port, and those of all services that can be reached through it. */
    public static AuthorizationTable ofThePublicApi() {
        var rows = rows("gateway-service"::equals);
        rows.removeIf(row -> row.operation.contains(" /actuator/"));
        rows.addAll(rows(_ -> true).stream().filter(row -> row.operation.contains(" /api/")).toList());
        return new AuthorizationTable("gateway-service", rows);
    }

    private static List<Row> rows(Predicate<String> services) {
        var rows = new ArrayList<Row>();
        for (String line : lines()) {
            List<String> cells = Stream.of(line.split("\\|", -1)).map(String::strip).toList();
            if (cells.size() == CALLERS.size() + 4 && services.test(cells.get(1))) {
                rows.add(new Row(cells.get(2).replace("`", ""), cells.subList(3, cells.size() - 1)));
            }
        }
        return rows;
    }

    private static List<String> lines() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve(FILE))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new IllegalStateException("no " + FILE + " in a directory above " + Path.of("").toAbsolutePath());
            }
        }
        try {
            return Files.readAllLines(directory.resolve(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the table and the service do not agree on: operations without a row, and rows without an operation. */
    public List<String> differencesFrom(ApplicationContext context) {
        var missing = new TreeSet<>(operationsOf(context));
        rows.forEach(row -> missing.remove(row.operation));
        var superfluous = new TreeSet<String>();
        rows.forEach(row -> superfluous.add(row.operation));
        superfluous.removeAll(operationsOf(context));
        var differences = new ArrayList<String>();
        missing.forEach(operation -> differences.add(FILE + " has no row for " + service + ": " + operation));
        superfluous.forEach(operation -> differences.add(service + " has no operation " + operation));
        return differences;
    }

    private static Set<String> operationsOf(ApplicationContext context) {
        var operations = new TreeSet<String>();
        context.getBeansOfType(RequestMappingHandlerMapping.class).values().forEach(mapping -> mapping
                .getHandlerMethods().forEach((info, handler) -> {
                    if (handler.getBeanType().getName().startsWith("dev.faultline.")) {
                        info.getPatternValues().forEach(path -> info.getMethodsCondition().getMethods().forEach(
                                method -> operations.add(method + " " + path)));
                    }
                }));
        context.getBean(WebEndpointsSupplier.class).getEndpoints().forEach(endpoint -> endpoint.getOperations().forEach(
                operation -> operations.add(operation.getRequestPredicate().getHttpMethod() + " /actuator/" + operation
                        .getRequestPredicate().getPath())));
        return operations;
    }

    /**
     * Calls each operation as each caller, and returns where the response is another than the table says.
     *
     * @param sample the values of the variables in paths
     */
    public List<String> violations(Bearers issuer, int port, int managementPort, Map<String, String> sample) {
        return violations(issuer, path -> "http://127.0.0.1:" + (path.startsWith("/actuator") ? managementPort : port)
                + path, sample, AuthorizationTable::isAsExpected);
    }

    /** The same at a gateway, which leaves it to the services to hide what belongs to others. */
    public List<String> violationsAtGateway(Bearers issuer, int port, Map<String, String> sample) {
        return violations(issuer, path -> "http://127.0.0.1:" + port + path, sample, (expected,
                response) -> isAsExpected(
                        expected.equals("404") ? ALLOWED : expected, response));
    }

    private List<String> violations(Bearers issuer, UnaryOperator<String> address, Map<String, String> sample,
            BiPredicate<String, HttpResponse<String>> isAsExpected) {
        var violations = new ArrayList<String>();
        try (var http = HttpClient.newHttpClient()) {
            for (Row row : rows) {
                for (int i = 0; i < CALLERS.size(); i++) {
                    Caller caller = CALLERS.get(i);
                    HttpResponse<String> response = http.send(request(issuer, caller, row, address, sample),
                            BodyHandlers
                                    .ofString());
                    if (!isAsExpected.test(row.expected.get(i), response)) {
                        violations.add("%s by %s: expected %s, was %d %s".formatted(row.operation, caller.name,
                                row.expected.get(i), response.statusCode(), response.body()));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return violations;
    }

    private static HttpRequest request(Bearers issuer, Caller caller, Row row, UnaryOperator<String> address,
            Map<String, String> sample) {
        String method = row.operation.substring(0, row.operation.indexOf(' '));
        String path = row.operation.substring(row.operation.indexOf(' ') + 1);
        for (Map.Entry<String, String> variable : sample.entrySet()) {
            path = path.replace("{" + variable.getKey() + "}", variable.getValue());
        }
        var request = HttpRequest.newBuilder(URI.create(address.apply(path.replaceAll("\\{[^}]*}", "x")))).header(
                "Content-Type", "application/json").method(method, method.equals("GET") ? BodyPublishers.noBody()
                        : BodyPublishers.ofString("{}"));
        if (caller.subject != null) {
            request.header("Authorization", issuer.bearer(caller.subject, caller.scopes.toArray(String[]::new)));
        }
        return request.build();
    }

    /** Who is allowed gets whatever the operation answers, but no refusal. */
    private static boolean isAsExpected(String expected, HttpResponse<String> response) {
        return expected.equals(ALLOWED) ? response.statusCode() != 401 && response.statusCode() != 403 && !response
                .body().contains("There is no resource at this path") : expected.equals(Integer.toString(response
                        .statusCode()));
    }
}
