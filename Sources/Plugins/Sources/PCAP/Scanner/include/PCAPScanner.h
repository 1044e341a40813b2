#pragma once

/// Reads captures of packets: connections with their bytes, packets and states, and what the beginnings of their
/// payloads say: names, requests, lookups, certificates.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "SensorText.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PCAPScanner PCAPScanner;

typedef struct PCAPSettings {
    /// The most connections that are open at a time; the ones that were idle longest end first.
    size_t mostConnections;
    /// The most bytes of payload that are held for all connections together.
    size_t mostPayload;
    /// Without a packet for so long, in nanoseconds, a connection is over: of TCP, and of everything else.
    int64_t idleTCP, idleOther;
    /// For so long, in nanoseconds, packets may come behind the end of a connection of TCP that both sides ended.
    int64_t idleClosed;
    /// Whether names, requests and so on are wanted.
    bool wantsRecords;
} PCAPSettings;

PCAPScanner *PCAPScannerCreate(PCAPSettings settings);
void PCAPScannerDestroy(PCAPScanner *scanner);

/// What a capture is, by its first bytes.
typedef enum PCAPForm { PCAPFormUnknown, PCAPFormClassic, PCAPFormNext } PCAPForm;

/// - length: 4 bytes at least.
PCAPForm PCAPFormOf(const uint8_t *head, size_t length);

/// When the first packet of a capture was seen, in nanoseconds since 1970; INT64_MAX where its beginning does not tell.
int64_t PCAPFirstTime(const uint8_t *head, size_t length);

/// The bytes that follow are of another file, from its beginning. What was open in the last one goes on in this one.
void PCAPScannerBegin(PCAPScanner *scanner);
/// Reads what comes next of the file.
void PCAPScannerRead(PCAPScanner *scanner, const uint8_t *bytes, size_t length);
/// The file is over.
void PCAPScannerEnd(PCAPScanner *scanner);
/// Ends all connections.
void PCAPScannerFinish(PCAPScanner *scanner);

/// How a connection of TCP went, in the words of Zeek's conn.log (Zeek 7, "conn.log", conn_state).
typedef enum PCAPState {
    PCAPStateS0, PCAPStateS1, PCAPStateSF, PCAPStateREJ, PCAPStateS2, PCAPStateS3, PCAPStateRSTO, PCAPStateRSTR,
    PCAPStateRSTOS0, PCAPStateRSTRH, PCAPStateSH, PCAPStateSHR, PCAPStateOTH, PCAPStates
} PCAPState;
const char *PCAPStateName(PCAPState state);

/// What was seen inside a connection.
typedef enum PCAPService {
    PCAPServiceNone, PCAPServiceTLS, PCAPServiceHTTP, PCAPServiceDNS, PCAPServiceSSH, PCAPServiceQUIC, PCAPServices
} PCAPService;
const char *PCAPServiceName(PCAPService service);

/// A connection: packets between two ends, until it is over.
typedef struct PCAPFlow {
    /// The first and the last packet's time, in nanoseconds since 1970.
    int64_t start, end;
    SensorAddress source, destination;
    uint16_t sourcePort, port;
    uint8_t protocol;
    PCAPState state;
    PCAPService service;
    /// Bytes of IP, headers included, and packets: from source to destination, and back.
    uint64_t bytesToServer, bytesToClient, packetsToServer, packetsToClient;
    int64_t id;
    /// Where the first packet stands, in bytes of its file's content; UINT64_MAX where that is an earlier file.
    uint64_t position;
} PCAPFlow;

/// The connections that have ended since `PCAPScannerForget`.
const PCAPFlow *PCAPScannerFlows(const PCAPScanner *scanner, size_t *count);
void PCAPScannerForget(PCAPScanner *scanner);

/// What a connection said: a lookup, a handshake, a request.
typedef struct PCAPRecord PCAPRecord;

typedef enum PCAPKind { PCAPDNS, PCAPTLS, PCAPHTTP, PCAPSSH, PCAPKinds } PCAPKind;

typedef enum PCAPColumn {
    PCAPQueryName,
    PCAPQueryType,
    PCAPAnswers,
    PCAPAnswerTTLs,
    PCAPResponseCode,
    PCAPHost,
    PCAPSubject,
    PCAPIssuer,
    PCAPSerial,
    PCAPFingerprint,
    PCAPAlternativeNames,
    PCAPValidFrom,
    PCAPValidUntil,
    PCAPVersion,
    PCAPJA3,
    PCAPJA3S,
    PCAPJA4,
    PCAPMethod,
    PCAPURL,
    PCAPUserAgent,
    PCAPContentType,
    PCAPDeclaredType,
    PCAPStatus,
    PCAPLength,
    PCAPClientSoftware,
    PCAPServerSoftware,
    PCAPIsProxied,
    PCAPColumns
} PCAPColumn;

/// What every word has.
typedef struct PCAPHead {
    PCAPKind kind;
    int64_t start;
    SensorAddress source, destination;
    uint16_t sourcePort, port;
    uint8_t protocol;
    /// Of its connection.
    int64_t id;
    uint64_t position;
} PCAPHead;

/// A column of a word: text in UTF-8, or a number. Hosts are in lower case, without a port and the dot at the end; several
/// texts stand on lines of their own.
typedef struct PCAPValue {
    PCAPColumn column;
    bool isNumber;
    int64_t number;
    const char *text;
    size_t length;
} PCAPValue;

PCAPHead PCAPRecordHead(const PCAPRecord *word);
size_t PCAPRecordValues(const PCAPRecord *word);
PCAPValue PCAPRecordValue(const PCAPRecord *word, size_t value);
/// The addresses that a lookup was answered with.
size_t PCAPRecordAnswers(const PCAPRecord *word);
SensorAddress PCAPRecordAnswer(const PCAPRecord *word, size_t answer);

/// The words that were found since they were forgotten or kept.
size_t PCAPScannerRecordCount(const PCAPScanner *scanner);
const PCAPRecord *PCAPScannerRecord(const PCAPScanner *scanner, size_t word);
void PCAPScannerForgetRecords(PCAPScanner *scanner);

/// Why a packet is in no connection. Those up to `PCAPSkippedLast` are left alone on purpose.
typedef enum PCAPReason {
    PCAPSkippedARP, PCAPSkippedOther, PCAPSkippedLast = PCAPSkippedOther,
    PCAPCutOff, PCAPMalformed, PCAPUnknownLink, PCAPWirelessProtected, PCAPLoneFragment, PCAPTooDeep, PCAPNoTime,
    PCAPBadRecord, PCAPCutRecord, PCAPReasons
} PCAPReason;
const char *PCAPReasonName(PCAPReason reason);
/// What there is to do about it, in a sentence's second half; empty where nothing is.
const char *PCAPReasonRemedy(PCAPReason reason);

/// The most places of packets that are remembered for a reason.
#define PCAP_EXAMPLES 5

typedef struct PCAPTally {
    uint64_t count;
    /// Where the first ones stand, in bytes of the file's content.
    uint64_t examples[PCAP_EXAMPLES];
    size_t exampleCount;
} PCAPTally;

/// What became of the packets since `PCAPScannerBegin`.
PCAPTally PCAPScannerTally(const PCAPScanner *scanner, PCAPReason reason);

/// What is known of a whole reading. `packets` is the sum of those in connections and of those under all reasons.
typedef struct PCAPTotals {
    uint64_t packets, packetsInConnections;
    /// Bytes of a file that were passed over since no record could be told in them.
    uint64_t bytesPassedOver;
    /// Packets that were captured only in part, and are counted in full.
    uint64_t snapped;
    /// Connections that ended early since there were too many, or too much payload was held.
    uint64_t evicted;
    /// Connections whose beginning is not in the capture.
    uint64_t midstream;
    uint64_t openConnections;
    /// The time by which connections become idle; INT64_MIN before the first packet.
    int64_t clock;
    /// The link type of packets that could not be read, as in libpcap; -1 where there are none.
    int64_t unknownLink;
} PCAPTotals;
PCAPTotals PCAPScannerTotals(const PCAPScanner *scanner);

/// Names, requests and so on, kept from a reading for later questions, within a bound: the oldest go first.
typedef struct PCAPRecords PCAPRecords;

/// - bound: in bytes.
PCAPRecords *PCAPRecordsCreate(size_t bound);
void PCAPRecordsDestroy(PCAPRecords *words);
/// Takes the words that a scanner has found.
void PCAPRecordsTake(PCAPRecords *words, PCAPScanner *scanner);
/// How many were kept, and how many there was no room for.
size_t PCAPRecordsCount(const PCAPRecords *words);
uint64_t PCAPRecordsLeftOut(const PCAPRecords *words);
const PCAPRecord *PCAPRecordsAt(const PCAPRecords *words, size_t word);

#ifdef __cplusplus
}
#endif
