extension ColumnRoles {
    /// What columns are called, the surest first.
    static let known: [(role: String, names: [String], fits: @Sendable (ColumnGuess) -> Bool)] = [
        (
            "source",
            [
                "srcip", "sourceip", "sourceaddress", "srcaddr", "srcaddress", "sourceipaddress", "saddr", "ipsrc",
                "src",
                "source", "clientip", "clientaddress", "cip", "csip", "localip", "localaddress", "originip", "idorigh",
                "origh",
                "initiatorip", "initiator", "client", "srchost", "sourcehost", "internalip", "insideip", "fromip",
                "from",
                "sip", "ca", "machineip", "hostip", "deviceip", "quellip", "quelladresse", "quellipadresse", "quelle",
                "ipsource", "adressesource", "adresseipsource", "iporigen", "direccionorigen", "direccioniporigen",
                "origen",
                "iporigine", "indirizzosorgente", "ipsorgente", "sorgente", "iporigem", "origem", "ipv4srcaddr",
                "sourceipv4address", "localaddressip4", "srcipaddress", "bronip", "bronadres",
                "bron",
            ], { $0.addresses > 0.8 && !$0.isTranslated }
        ),
        (
            "destination",
            [
                "dstip", "destip", "destinationip", "destinationaddress", "dstaddr", "dstaddress", "destaddress",
                "destinationipaddress", "daddr", "ipdst", "dst", "dest", "destination", "serverip", "serveraddress",
                "remoteip", "remoteaddress", "idresph", "resph", "responderip", "responder", "server", "peer", "peerip",
                "targetip", "target", "sip", "externalip", "outsideip", "toip", "to", "dip", "cdip", "zielip",
                "zieladresse",
                "zielipadresse", "ziel", "ipdestination", "adressedestination", "adresseipdestination", "ipdestino",
                "direcciondestino", "direccionipdestino", "destino", "ipdestinazione", "indirizzodestinazione",
                "destinazione",
                "ipv4dstaddr", "destinationipv4address", "remoteaddressip4", "dstipaddress", "doelip", "doeladres",
                "doel",
            ], { $0.addresses > 0.5 && !$0.isTranslated }
        ),
        (
            "start",
            [
                "starttime", "start", "flowstart", "flowstarttime", "sessionstarttime", "eventstart", "datefirstseen",
                "firstseen", "begintime", "begin", "flowstartmilliseconds", "flowstartseconds", "firstswitched",
                "contexttimestamp",
                "ts", "_time",
                "time", "timestamp", "datetime", "eventtime", "timegenerated", "generatedtime", "receivetime",
                "utctime",
                "logtime", "devicetime", "createdtime", "created", "timecreated", "starttimeutc", "date",
                "timereceived",
                "received", "dateandtime", "when", "logged", "zeitstempel", "startzeit", "beginn", "zeit", "datum",
                "horodatage", "dateheure", "debut", "fechahora", "fechayhora", "marcadetiempo", "inicio", "fecha",
                "dataora",
                "inizio", "datahora", "tijdstempel", "tijd",
            ], { $0.times > 0.8 && !$0.isEnd }
        ),
        (
            "end",
            [
                "endtime", "end", "flowend", "flowendtime", "eventend", "datelastseen", "lastseen", "stoptime",
                "endtimeutc",
                "enddate", "finish", "ende", "endzeit", "fin", "flowendmilliseconds", "flowendseconds", "lastswitched",
            ], { $0.times > 0.8 }
        ),
        (
            "src_port",
            [
                "srcport", "sourceport", "sport", "spt", "csport", "clientport", "localport", "idorigp", "origp",
                "srcpt", "sp",
                "l4srcport", "sourcel4port", "sourcetransportport", "quellport", "portsource", "puertoorigen",
                "portasorgente", "portaorigem",
                "bronpoort",
            ], { $0.ports > 0.8 && !$0.isTranslated }
        ),
        (
            "port",
            [
                "dstport", "destport", "destinationport", "dport", "dpt", "cdport", "serverport", "remoteport",
                "idrespp",
                "respp",
                "l4dstport", "dp", "targetport", "destinationtransportport", "zielport", "portdestination",
                "puertodestino", "portadestinazione",
                "portadestino", "doelpoort",
            ], { $0.ports > 0.8 && !$0.isTranslated }
        ),
        (
            "proto",
            [
                "proto", "protocol", "ipprotocol", "transport", "networktransport", "ipproto", "transportprotocol",
                "l4proto",
                "protocolname", "protocolidentifier", "pr", "protokoll", "protocole", "protocolo", "protocollo",
            ], { $0.protocols > 0.3 }
        ),
        (
            "bytes_toserver",
            [
                "bytestoserver", "bytesout", "outboundbytes", "gesendet", "sentbytes", "sentbyte", "bytessent",
                "srcbytes", "sourcebytes",
                "origbytes",
                "clientbytes", "outbytes", "requestsize", "reqsize", "requestbytes", "uploadbytes", "bytesup", "upload",
                "csbytes",
                "txbytes", "sent", "gesendetebytes", "bytesgesendet", "octetsenvoyes", "octetsemis", "bytesenviados",
                "enviados",
                "byteinviati", "bytesverzonden", "bytestotal", "totalbytes", "bytes", "networkbytes", "ibyt", "octets",
                "octetdeltacount", "octettotalcount",
            ], { $0.numbers > 0.8 && $0.isInBytes }
        ),
        (
            "bytes_toclient",
            [
                "bytestoclient", "bytesin", "inboundbytes", "empfangen", "rcvdbyte", "receivedbytes", "bytesreceived",
                "rcvdbytes", "dstbytes",
                "destbytes",
                "destinationbytes", "respbytes", "serverbytes", "inbytes", "responsesize", "respsize", "responsebytes",
                "downloadbytes",
                "bytesdown", "download", "scbytes", "rxbytes", "received", "rcvd", "empfangenebytes", "bytesempfangen",
                "octetsrecus", "bytesrecibidos", "recibidos", "bytericevuti", "bytesontvangen", "obyt",
                "reverseoctetdeltacount", "reverseoctettotalcount",
            ], { $0.numbers > 0.8 && $0.isInBytes }
        ),
        (
            "pkts_toserver",
            [
                "pktstoserver", "sentpkt", "packetssent", "packetsout", "srcpackets", "sourcepackets", "origpkts",
                "packets", "ipkt",
            ],
            { $0.numbers > 0.8 }
        ),
        (
            "pkts_toclient",
            [
                "pktstoclient", "rcvdpkt", "packetsreceived", "packetsin", "dstpackets", "destinationpackets",
                "resppkts", "opkt",
            ],
            { $0.numbers > 0.8 }
        ),
        (
            "duration",
            [
                "duration", "elapsedtime", "sessionduration", "eventduration", "dur", "durationms", "td",
                "elapsedms", "durationsec", "durationseconds", "durationus", "durationns", "flowduration", "dauer",
                "duree",
                "duracion", "durata", "duracao", "duur",
            ],
            { ($0.numbers > 0.8 || $0.clocks > 0.8) && !["min", "minutes", "h"].contains($0.unit.lowercased()) }
        ),
        (
            "host",
            [
                "sni", "tlssni", "servername", "tlsclientservername", "hostname", "destinationdomain", "dstdomain",
                "destdomain",
                "urldomain", "remoteurl", "url", "requesturl", "uri", "httphost", "host", "domain", "fqdn", "query",
                "queryname",
                "dnsquery", "dnsquestionname", "dsthost", "desthost", "destinationhostname", "desthostname",
                "dsthostname",
                "dhost", "site", "server", "destination", "dst", "dest",
            ], { $0.hosts > 0.5 }
        ),
        (
            "process",
            [
                "process", "processname", "image", "processexecutable", "executable", "initiatingprocessfilename",
                "contextbasefilename", "program",
                "processpath",
            ], { !$0.isEmpty && $0.numbers < 0.5 }
        ),
        (
            "user",
            [
                "user", "username", "srcuser", "sourceuser", "account", "accountname", "suser",
                "initiatingprocessaccountname", "login", "benutzer", "utilisateur", "usuario", "utente",
            ],
            { !$0.isEmpty && $0.numbers < 0.5 }
        ),
    ]
}
