package dev.faultline.acquirer.charging.web;

import java.util.List;

import dev.faultline.acquirer.charging.Journal;
import dev.faultline.acquirer.charging.JournalEntry;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /journal}: the journal, in order. Faults do not affect it. */
@RestController
class JournalController {
    private final Journal journal;

    JournalController(Journal journal) {
        this.journal = journal;
    }

    /** @param last the sequence number of the last entry: a page that ends there is the last */
    record Page(List<JournalEntry> entries, long last) {}

    @GetMapping("/journal")
    Page page(@RequestParam(defaultValue = "0") @Min(0) long after,
            @RequestParam(defaultValue = "100") @Min(1) @Max(1000) int limit) {
        long last = journal.last();
        return new Page(journal.page(after, limit), last);
    }
}
