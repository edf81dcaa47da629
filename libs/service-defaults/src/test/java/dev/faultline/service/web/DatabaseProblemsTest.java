package dev.faultline.service.web;

import static org.hamcrest.Matchers.endsWith;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.sql.SQLException;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

class DatabaseProblemsTest {

    /** By PostgreSQL's code. */
    static Stream<Arguments> failures() {
        return Stream.of(Arguments.of("08006", 503, "connection failure"), Arguments.of("57P01", 503, "shutdown"),
                Arguments.of("53300", 503, "too many connections"), Arguments.of("40P01", 503, "deadlock"),
                Arguments.of("25006", 503, "no longer the primary"), Arguments.of("23505", 500, "unique violation"),
                Arguments.of("42601", 500, "syntax error"));
    }

    @RestController
    record Failing(String code) {
        @GetMapping("/")
        void fail() {
            var cause = new SQLException("on purpose", code);
            var translated = new SQLStateSQLExceptionTranslator().translate("a test", "select", cause);
            throw translated == null ? new org.springframework.jdbc.UncategorizedSQLException("a test", "select", cause)
                    : translated;
        }
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("failures")
    void onlyWhatMayPassIsUnavailable(String code, int status, String what) throws Exception {
        MockMvc http = MockMvcBuilders.standaloneSetup(new Failing(code)).setControllerAdvice(new DatabaseProblems(),
                new ProblemExceptionHandler()).build();
        http.perform(get("/")).andExpect(status().is(status)).andExpect(jsonPath("$.type").value(endsWith(status == 503
                ? "/temporarily-unavailable" : "/internal-error")));
    }
}
