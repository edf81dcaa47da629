package dev.faultline.inventory.stock.web;

import java.util.List;

import dev.faultline.contracts.Sku;
import dev.faultline.inventory.stock.GoodsReceipt;
import dev.faultline.inventory.stock.ReceiptConflictException;
import dev.faultline.inventory.stock.ReceiptId;
import dev.faultline.inventory.stock.StockLevel;
import dev.faultline.inventory.stock.StockLevels;
import dev.faultline.inventory.stock.StockLimitExceededException;
import dev.faultline.inventory.stock.jdbc.StockQueries;
import dev.faultline.service.web.ProblemException;
import dev.faultline.service.web.ProblemException.FieldError;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/stock/{sku}}: reads a level, receives stock. */
@RestController
@RequestMapping("/api/stock/{sku}")
class StockController {
    private final StockLevels levels;
    private final StockQueries queries;

    StockController(StockLevels levels, StockQueries queries) {
        this.levels = levels;
        this.queries = queries;
    }

    record ReceiptRequest(@Min(1) @Max(GoodsReceipt.LIMIT) int quantity) {}

    @GetMapping
    StockLevel level(@PathVariable Sku sku, Reads reads) {
        return queries.level(sku, reads).orElseThrow(() -> new ProblemException(HttpStatus.NOT_FOUND, "no-such-stock",
                "No such stock", "SKU " + sku + " was never received."));
    }

    @PutMapping("/receipts/{receiptId}")
    StockLevel receive(@PathVariable Sku sku, @PathVariable ReceiptId receiptId,
            @Valid @RequestBody ReceiptRequest request, Reads reads) {
        try {
            StockLevel level = levels.receive(new GoodsReceipt(receiptId, sku, request.quantity()));
            reads.wrote(Bucket.of(sku.value()));
            return level;
        } catch (ReceiptConflictException e) {
            throw new ProblemException(HttpStatus.CONFLICT, "receipt-differs",
                    "The receipt was for another quantity", String.valueOf(e.getMessage()));
        } catch (StockLimitExceededException e) {
            throw ProblemException.invalid("too-much-stock", "The stock limit would be exceeded",
                    List.of(new FieldError("quantity", String.valueOf(e.getMessage()))));
        }
    }
}
